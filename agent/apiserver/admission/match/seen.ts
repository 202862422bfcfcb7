/**
 * A write as a webhook or a policy sees it: in the version of the request, or in the one that its rule asks for.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/conversion.go
 */
import { isObject } from '../../../api/json/value.ts';
import { apiVersionOf, type Representation, representationOf } from '../../../api/kind.ts';
import type { AnyObject } from '../../../api/types.ts';
import { internalError } from '../../errors.ts';
import { type Attributes, objectIn } from '../attributes.ts';
import type { Cluster } from '../step.ts';
import type { Served } from './rules.ts';

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export interface Seen {
  /** Of the object. */
  kind: GroupVersionKind;
  /** The same in the version of the request. */
  requested: GroupVersionKind;
  /** Group and version of the resource. */
  served: Served;
  object: AnyObject | undefined;
  old: AnyObject | undefined;
}

/** Undefined where the object is none of the resource's kind: what is posted to a subresource, options of a stream. */
function representationFor({ kind, object, old }: Attributes, served: Served): Representation | undefined {
  const sent = object ?? old;
  return sent === undefined || sent.kind === kind.kind ? representationOf(kind, apiVersionOf(served)) : undefined;
}

function kindOf({ kind, apiVersion }: Pick<AnyObject, 'kind' | 'apiVersion'>): GroupVersionKind {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind };
}

/** Its objects are shared: never modify them. */
export async function seenIn(attributes: Attributes, served: Served, cluster: Cluster): Promise<Seen> {
  const { kind, info, object, old } = attributes;
  const representation = representationFor(attributes, served);
  if (!representation) {
    const own = kindOf(object ?? old ?? { kind: kind.kind, apiVersion: apiVersionOf(served) });
    return { kind: own, requested: own, served, object, old };
  }
  await cluster.turns.pause();
  const as = (each: AnyObject | undefined) => each && cluster.converter.one(kind, representation, each);
  const named = ({ group, version }: Served): GroupVersionKind => ({ group, version, kind: kind.kind });
  return { kind: named(served), requested: named(info), served, object: await as(object), old: await as(old) };
}

/**
 * Puts what a patch has made of the object that was seen in its place: decoded, pruned and defaulted as what a client
 * sends. Throws `ApiError` 500 where it is no such object any more; with `Strict`, also where it has fields that a
 * built-in kind does not know.
 */
export async function replaceSeen(
  attributes: Attributes,
  seen: Seen,
  patched: unknown,
  cluster: Cluster,
  level: 'Ignore' | 'Strict' = 'Ignore',
): Promise<void> {
  const { apiVersion, kind } = seen.object ?? objectIn(attributes);
  if (!isObject(patched) || patched.apiVersion !== apiVersion || patched.kind !== kind || !isObject(patched.metadata)) {
    throw internalError(new Error(`the patch leaves no ${kind} in version ${apiVersion}`));
  }
  const object = patched as AnyObject;
  const representation = representationFor(attributes, seen.served);
  if (!representation) {
    attributes.object = object;
    return;
  }
  await cluster.turns.pause();
  try {
    const asked = representation.schema ? 'Ignore' : level;
    cluster.fields.check({ object, body: undefined }, representation, { level: asked, warnings: [] });
  } catch (error) {
    throw internalError(error);
  }
  representation.default?.(object);
  const { kind: declared } = attributes;
  const stored = await cluster.converter.one(declared, declared.representations[0], object);
  declared.default?.(stored);
  attributes.object = stored;
}
