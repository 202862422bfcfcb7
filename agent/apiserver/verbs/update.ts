/** PUT and PATCH. https://github.com/kubernetes/apiserver/blob/master/pkg/registry/generic/registry/store.go */
import { type Kind, partsOf } from '../../api/kind.ts';
import { isSameButForTimes } from '../../api/managed/entries.ts';
import type { AnyObject, meta } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Release } from '../admission/step.ts';
import type { Served } from '../core.ts';
import { conflict, modified, revisionMissing } from '../errors.ts';
import { mediaTypeOf } from '../request.ts';
import type { ResourcePath } from '../request-info.ts';
import { scopeOf } from '../resources/subresource-scopes.ts';
import type { StoredRecord } from '../state/record.ts';
import { keyOf } from '../state/state.ts';
import type { Decision, LetOthersGo } from '../storage.ts';
import { attributesOf, type Call } from './call.ts';
import { nameAsInPath, toStored } from './decode.ts';
import { isReadyToGo } from './delete.ts';
import { isDryRun, writeOptionsOf } from './options.ts';
import { patchError } from './patched.ts';
import { accept, mutate, type Track } from './pipeline.ts';
import { isSame } from './same.ts';

/** The new object, in the representation of the request, from the present one, which it must not modify. */
export type Revise = (current: AnyObject) => unknown | Promise<unknown>;

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
}

/** Of what the client has sent, and again of what admission has made of it. */
function checkRevision({ kind }: Served, { metadata }: AnyObject, { metadata: old }: AnyObject): void {
  if (kind.needsRevision && !metadata.resourceVersion) throw revisionMissing(kind, old.name);
  if (metadata.resourceVersion && metadata.resourceVersion !== old.resourceVersion) throw modified(kind, old.name);
}

type Metadata = AnyObject['metadata'];

function keep<Field extends keyof Metadata>(field: Field, metadata: Metadata, old: Metadata): void {
  if (old[field] !== undefined) metadata[field] = old[field];
}

const setByServer = ['creationTimestamp', 'generation'] as const;

/**
 * What only the server sets stays as it is. What a deletion sets is put back where there is one. The rest is filled in
 * where it is absent; where it is another it is left for the validation to refuse.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/registry/rest/update.go
 */
function keepSystemFields({ metadata }: AnyObject, { metadata: old }: AnyObject): void {
  for (const field of setByServer) {
    keep(field, metadata, old);
    if (old[field] === undefined) delete metadata[field];
  }
  keep('deletionTimestamp', metadata, old);
  if (!metadata.uid) keep('uid', metadata, old);
  if (metadata.deletionGracePeriodSeconds === undefined) keep('deletionGracePeriodSeconds', metadata, old);
  keep('resourceVersion', metadata, old);
  delete metadata.selfLink;
}

const specOf = ({ metadata: _metadata, status: _status, ...rest }: AnyObject) => rest;
const contentOf = ({ metadata: _metadata, ...rest }: AnyObject) => rest;
const noEntries = {};

/**
 * A status without a path of its own counts like all else.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/apps/deployment/strategy.go, and those of
 * other kinds
 */
function countGeneration({ kind, representation }: Served, subresource: string, object: AnyObject, old: AnyObject) {
  if (!kind.hasGeneration || subresource === 'status') return;
  const counted = (kind.generationCounts ?? []).every((field) =>
    isSame(object.metadata[field] ?? noEntries, old.metadata[field] ?? noEntries),
  );
  const counting = partsOf(kind, representation).status ? specOf : contentOf;
  if (counted && isSame(counting(object), counting(old))) return;
  object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** Whoever wrote a part of the object is on record, whichever part it was. */
function withManagers(object: AnyObject, managedFields: meta.ManagedFieldsEntry[] | undefined): AnyObject {
  if (object.metadata.managedFields === managedFields) return object;
  const { managedFields: _before, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields ? { ...metadata, managedFields } : metadata };
}

/** The strategy: whatever a write to `subresource` may not change is put back, whoever changed it. */
export function prepare(served: Served, subresource: string, revised: AnyObject, old: AnyObject): AnyObject {
  const { kind } = served;
  keepSystemFields(revised, old);
  const scoped = scopeOf(served, subresource)(revised, old);
  const object = withManagers(scoped, revised.metadata.managedFields);
  if (subresource === '') kind.prepareForUpdate?.(object, old);
  if (subresource === 'status') kind.prepareForStatusUpdate?.(object, old);
  countGeneration(served, subresource, object, old);
  return object;
}

async function decoded(call: Call, outcome: unknown): Promise<AnyObject> {
  try {
    return await toStored(call, outcome);
  } catch (error) {
    const { request, body } = call;
    throw request.method === 'PATCH' ? patchError(error, mediaTypeOf(request), body, outcome) : error;
  }
}

/**
 * Who owns what since when is no change by itself.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/fieldmanager/equality.go
 */
function isUnchanged(object: AnyObject, old: AnyObject): boolean {
  const { managedFields } = old.metadata;
  if (isSame(object, old)) return true;
  return (
    isSameButForTimes(object.metadata.managedFields, managedFields) && isSame(withManagers(object, managedFields), old)
  );
}

/** What an update comes to; `release` is called once it is stored or has failed to be. */
export type Decided = Decision & { release: Release };

export function decided(kind: Kind, object: AnyObject, old: AnyObject, release: Release): Decided {
  if (isReadyToGo(kind, object)) return { action: 'remove', object, release };
  return isUnchanged(object, old) ? { action: 'keep', release } : { action: 'put', object, release };
}

async function decide(
  call: Call,
  { revise, track }: Revision,
  current: StoredRecord,
  letOthersGo: LetOthersGo,
): Promise<Decided> {
  const { core, served, path } = call;
  const old = current.object;
  await core.turns.pause();
  await core.converter.prepare(served.kind, served.representation, [current]);
  const revised = await decoded(call, await revise(current.as(served.representation)));
  checkIdentity(served, path, revised, old);
  checkRevision(served, revised, old);
  const attributes = attributesOf(call, { operation: 'update', object: revised, old, letOthersGo });
  const mutated = await mutate(core, attributes, track);
  checkRevision(served, mutated, old);
  await core.turns.pause();
  const object = prepare(served, path.subresource, mutated, old);
  const { user, subresource } = attributes;
  served.kind.stamp?.(object, { user, now: timestamp(core.clock.now()), subresource, old });
  const release = await accept(core, { ...attributes, object });
  await core.turns.pause();
  return decided(served.kind, object, old, release);
}

/** Decides anew whenever another writer came first. */
export async function change(
  call: Call,
  decideOn: (current: StoredRecord, letOthersGo: LetOthersGo) => Promise<Decided>,
): Promise<StoredRecord> {
  const { core, served, path, request } = call;
  const dryRun = isDryRun(writeOptionsOf(request));
  let release: Release = () => {};
  const known = request.warnings.length;
  const reconsider = async (current: StoredRecord, letOthersGo: LetOthersGo): Promise<Decision> => {
    release();
    request.warnings.length = known;
    await core.converter.prepare(served.kind, served.kind.representations[0], [current]);
    const decision = await decideOn(current, letOthersGo);
    release = decision.release;
    await core.turns.pause();
    return decision;
  };
  try {
    const outcome = await core.storage.change(served.kind, path.namespace, path.name, dryRun, reconsider);
    return outcome.record;
  } finally {
    release();
  }
}

export interface Revision {
  revise: Revise;
  track?: Track;
}

export const update = (call: Call, revision: Revision): Promise<StoredRecord> =>
  change(call, (current, letOthersGo) => decide(call, revision, current, letOthersGo));
