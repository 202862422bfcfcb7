/** From a body to an object in the shape of the kind's hub. */

import { checkValues } from '../../api/json/limits.ts';
import { isObject } from '../../api/json/value.ts';
import { apiVersionOf, type Kind } from '../../api/kind.ts';
import type { SchemaOwner } from '../../api/schema/provider.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Served } from '../core.ts';
import { badRequest } from '../errors.ts';
import type { ResourcePath } from '../request-info.ts';
import type { Call } from './call.ts';
import { fieldValidationOf } from './options.ts';

/** Go's package of a kind's internal type. */
const packageOf = (kind: Kind): string => kind.representations[0].group.replace(/\..*$/, '') || 'core';

/** An object with metadata of the expected kind; fills in kind and version where they are absent. */
export function objectOf(body: unknown, { kind, representation }: Served): AnyObject {
  if (!isObject(body))
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): not an object`);
  const expected = apiVersionOf(representation);
  if (body.kind !== undefined && body.kind !== kind.kind) {
    const given = body.apiVersion === undefined ? representation.version : String(body.apiVersion).replace(/^.*\//, '');
    throw badRequest(
      `${String(body.kind)} in version "${given}" cannot be handled as a ${kind.kind}: converting (${given}.${String(body.kind)}) to (${packageOf(kind)}.${kind.kind}): unknown conversion`,
    );
  }
  if (body.apiVersion !== undefined && body.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(body.apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (body.metadata !== undefined && body.metadata !== null && !isObject(body.metadata)) {
    throw badRequest('metadata: must be an object');
  }
  // What a name, a uid and so on must be there for is checked later, or filled in.
  return {
    ...body,
    apiVersion: expected,
    kind: kind.kind,
    metadata: (body.metadata ?? {}) as object as AnyObject['metadata'],
  };
}

/** A copy, with kind and version filled in. */
export function postedObject(body: unknown, { kind, apiVersion }: Pick<AnyObject, 'kind' | 'apiVersion'>): AnyObject {
  if (!isObject(body)) throw badRequest(`the body is not a ${kind}`);
  const metadata = isObject(body.metadata) ? body.metadata : {};
  return { ...body, apiVersion, kind, metadata: metadata as object as AnyObject['metadata'] };
}

/** A kind that is not stored: what is posted to a subresource, or what is answered. */
export interface Posted extends SchemaOwner {
  kind: string;
}

export const postedType = (group: string, version: string, kind: string): Posted => ({
  group,
  version,
  kind,
  definition: `io.k8s.api.${group.replace(/\..*$/, '') || 'core'}.${version}.${kind}`,
});

/** A copy whose fields are checked like those of what is stored. `sent`: what was sent, the object or a patch. */
export function decodePosted(
  { core, request, body: sent }: Pick<Call, 'core' | 'request' | 'body'>,
  type: Posted,
  body: unknown = sent,
): AnyObject {
  const object = postedObject(body, { kind: type.kind, apiVersion: apiVersionOf(type) });
  core.fields.check({ object, body: sent }, type, { level: fieldValidationOf(request), warnings: request.warnings });
  return object;
}

/** Of an object that may leave its namespace to the URL. */
export function checkNamespaceIs(given: unknown, namespace: string): void {
  if (given && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Fills it in, in place, or drops it; throws `ApiError` 400 where it is another. */
export function checkNamespace(object: AnyObject, { kind }: Pick<Served, 'kind'>, namespace: string): void {
  if (!kind.namespaced) {
    // Sent by some clients; upstream drops it silently on the way to storage.
    delete object.metadata.namespace;
    return;
  }
  object.metadata.namespace ||= namespace;
  checkNamespaceIs(object.metadata.namespace, namespace);
}

export function nameAsInPath({ metadata }: AnyObject, path: ResourcePath): void {
  if (!metadata.name) {
    throw badRequest(`the name of the object (${path.name} based on URL) was undeterminable: name must be provided`);
  }
  if (metadata.name !== path.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${path.name})`);
  }
}

/** Checks fields, fills in the namespace, converts. Modifies its argument. */
export async function toStored({ core, served, path, request, body: sent }: Call, body: unknown): Promise<AnyObject> {
  await core.turns.pause();
  const object = objectOf(body, served);
  checkValues(object, served.kind.mostValues);
  const checking = { level: fieldValidationOf(request), warnings: request.warnings };
  core.fields.check({ object, body: sent }, served.representation, checking);
  checkNamespace(object, served, path.namespace);
  const { representation, kind } = served;
  if (representation.warning) request.warnings.push(representation.warning);
  representation.default?.(object);
  return core.converter.one(kind, kind.representations[0], object);
}
