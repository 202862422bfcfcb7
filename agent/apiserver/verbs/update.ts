/** PUT and PATCH. https://github.com/kubernetes/apiserver/blob/master/pkg/registry/generic/registry/store.go */
import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/types.ts';
import type { Served } from '../core.ts';
import { conflict, modified } from '../errors.ts';
import { mediaTypeOf } from '../request.ts';
import type { ResourcePath } from '../request-info.ts';
import { scopeOf } from '../resources/subresource-scopes.ts';
import type { StoredRecord } from '../state/record.ts';
import { keyOf } from '../state/state.ts';
import type { Decision } from '../storage.ts';
import { nameAsInPath, toStored } from './decode.ts';
import { isReadyToGo } from './delete.ts';
import { enter } from './enter.ts';
import { patchError } from './patched.ts';
import type { Call } from './resources.ts';

/** The new object, in the representation of the request, from a copy of the present one. */
export type Revise = (current: AnyObject) => unknown;

function checkIdentity({ kind }: Served, path: ResourcePath, object: AnyObject, old: AnyObject): void {
  const { metadata } = object;
  nameAsInPath(object, path);
  if (metadata.uid && metadata.uid !== old.metadata.uid) {
    throw conflict(
      kind,
      path.name,
      `StorageError: invalid object, Code: 4, Key: ${keyOf(kind, path.namespace, path.name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion) {
    throw modified(kind, path.name);
  }
}

/** What only the server sets stays as it is. */
function keepSystemFields(object: AnyObject, old: AnyObject): void {
  const { metadata } = object;
  const kept = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const;
  for (const field of kept) delete metadata[field];
  Object.assign(
    metadata,
    Object.fromEntries(
      kept.flatMap((field) => (old.metadata[field] === undefined ? [] : [[field, old.metadata[field]]])),
    ),
  );
  metadata.resourceVersion = old.metadata.resourceVersion;
  delete metadata.managedFields;
  delete metadata.selfLink;
}

const specOf = ({ metadata: _metadata, status: _status, ...rest }: AnyObject) => rest;

function countGeneration({ kind }: Served, object: AnyObject, old: AnyObject): void {
  if (!kind.hasGeneration) return;
  if (!isDeepStrictEqual(specOf(object), specOf(old))) object.metadata.generation = (old.metadata.generation ?? 1) + 1;
}

/** Absent and undefined are the same on the wire. */
const unchanged = (object: AnyObject, old: AnyObject): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(object)), old);

function decoded<T>(outcome: unknown, { request, body }: Call, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw request.method === 'PATCH' ? patchError(error, mediaTypeOf(request), body, outcome) : error;
  }
}

async function decide(
  call: Call,
  dryRun: boolean,
  revise: Revise,
  current: StoredRecord,
): Promise<Decision & { settle?: () => void }> {
  const { core, served, path, request } = call;
  const { kind, representation } = served;
  const old = current.object;
  const outcome = revise(structuredClone(current.as(representation)));
  const revised = decoded(outcome, call, () => toStored(core, served, path, outcome, request));
  checkIdentity(served, path, revised, old);
  keepSystemFields(revised, old);
  const object = scopeOf(kind, path.subresource)(revised, structuredClone(old));
  kind.default?.(object);
  kind.prepareForUpdate?.(object, old);
  countGeneration(served, object, old);
  const settle = enter(core, served, request, { object, old, subresource: path.subresource, dryRun });
  if (isReadyToGo(object)) return { action: 'remove', object, settle };
  return unchanged(object, old) ? { action: 'keep', settle } : { action: 'put', object, settle };
}

export async function update(call: Call, dryRun: boolean, revise: Revise): Promise<StoredRecord> {
  const { core, served, path, request } = call;
  let settle = () => {};
  const reconsider = async (current: StoredRecord): Promise<Decision> => {
    settle();
    request.warnings.length = 0;
    const decision = await decide(call, dryRun, revise, current);
    settle = decision.settle ?? settle;
    return decision;
  };
  try {
    const outcome = await core.storage.change(served.kind, path.namespace, path.name, dryRun, reconsider);
    return outcome.record;
  } finally {
    settle();
  }
}
