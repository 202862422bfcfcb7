/**
 * Graceful deletion, finalizers, preconditions and propagation.
 * https://github.com/kubernetes/apiserver/blob/master/pkg/registry/rest/delete.go
 */

import { plusOne } from '../../api/int64.ts';
import { workingCopyOf } from '../../api/json/value.ts';
import type { Kind } from '../../api/kind.ts';
import type { AnyObject, meta } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core } from '../core.ts';
import { preconditionFailed } from '../errors.ts';
import type { StoredRecord } from '../state/record.ts';
import type { Decision, LetOthersGo, Outcome } from '../storage.ts';
import { checkDeleteOptions, isDryRun } from './options.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

const isHeld = (kind: Kind, object: AnyObject): boolean =>
  (object.metadata.finalizers ?? []).length > 0 || (kind.heldBy?.(object) ?? []).length > 0;

/** Deleted, its grace over, and nothing holds it: a write that gets it there removes it. */
export const isReadyToGo = (kind: Kind, object: AnyObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
  !isHeld(kind, object);

/** Throws `ApiError` 409 where the object is not the one that the options name. */
export function checkPreconditions(kind: Kind, { object }: StoredRecord, { preconditions }: meta.DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  if (preconditions?.uid && preconditions.uid !== uid) {
    throw preconditionFailed(
      kind,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw preconditionFailed(
      kind,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** What the client asks for; undefined: nothing. */
export function askedPropagation({ propagationPolicy, orphanDependents }: meta.DeleteOptions): string | undefined {
  if (propagationPolicy) return propagationPolicy;
  return orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
}

const decidesPropagation = (finalizer: string): boolean =>
  finalizer === orphanFinalizer || finalizer === foregroundFinalizer;

/**
 * https://github.com/kubernetes/apiserver/blob/master/pkg/registry/generic/registry/store.go,
 * deletionFinalizersForGarbageCollection
 */
function withPropagation(finalizers: readonly string[], asked: string | undefined, byDefault?: string): string[] {
  const policy = asked ?? (finalizers.some(decidesPropagation) ? undefined : byDefault);
  if (!policy) return [...finalizers];
  const others = finalizers.filter((each) => !decidesPropagation(each));
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  return policy === 'Foreground' ? [...others, foregroundFinalizer] : others;
}

/** Seconds: what the client asks for, within what the object allows. */
function graceOf(kind: Kind, object: AnyObject, options: meta.DeleteOptions): number {
  const own = kind.gracePeriodSeconds?.(object);
  // 0 means that there is nothing to wait for, whatever the client asks for.
  if (own === undefined || own === 0) return 0;
  const asked = options.gracePeriodSeconds;
  return asked === undefined ? own : asked < 0 ? 1 : asked;
}

/** The last that RFC 3339 has: a grace of 64 bits ends long after it. */
const lastTime = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Marks the object as being deleted; a second deletion may only shorten the grace. */
function markDeleted(core: Core, kind: Kind, object: AnyObject, grace: number): void {
  const { metadata } = object;
  const before = metadata.deletionTimestamp === undefined ? undefined : (metadata.deletionGracePeriodSeconds ?? 0);
  if (before !== undefined && before <= grace) return;
  const began = Date.parse(metadata.deletionTimestamp ?? '') - Number(before) * 1000;
  // Of a grace that was cut at the last time, the beginning is not known.
  const start = began > 0 ? began : core.clock.now();
  metadata.deletionTimestamp = timestamp(Math.min(start + Number(grace) * 1000, lastTime));
  metadata.deletionGracePeriodSeconds = grace;
  if (before === undefined && metadata.generation) {
    Object.assign(metadata, { generation: plusOne(metadata.generation) });
  }
  kind.prepareForDeletion?.(object);
}

function decide(core: Core, kind: Kind, removal: Removal, current: StoredRecord): Decision {
  const { options, orphansByDefault } = removal;
  checkPreconditions(kind, current, options);
  const object = workingCopyOf(current.object);
  const byDefault = orphansByDefault ? 'Orphan' : undefined;
  const finalizers = withPropagation(object.metadata.finalizers ?? [], askedPropagation(options), byDefault);
  if (finalizers.length > 0) object.metadata.finalizers = finalizers;
  else delete object.metadata.finalizers;
  markDeleted(core, kind, object, graceOf(kind, current.object, options));
  if (isReadyToGo(kind, object)) return { action: 'remove' };
  return { action: 'put', object };
}

export interface Removal {
  namespace: string;
  name: string;
  options: meta.DeleteOptions;
  /** See `Representation`. */
  orphansByDefault?: boolean | undefined;
  /** Asked about what is stored, each time anew where another writer came first. */
  admit?(old: AnyObject, letOthersGo: LetOthersGo): Promise<void>;
}

/** Throws `ApiError` 422 where the options are wrong. */
export function remove(core: Core, kind: Kind, removal: Removal): Promise<Outcome> {
  const { namespace, name, options, admit } = removal;
  checkDeleteOptions(options);
  return core.storage.change(kind, namespace, name, isDryRun(options), async (current, letOthersGo) => {
    await core.converter.prepare(kind, kind.representations[0], [current]);
    await admit?.(current.object, letOthersGo);
    return decide(core, kind, removal, current);
  });
}
