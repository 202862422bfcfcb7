/**
 * Plans what happens to an object because of its owners, or because it waits for its dependents. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/garbagecollector/garbagecollector.go
 */
import type { KubeObject, meta } from '../../api/types.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/**
 * `waiting`: the owner exists and is being deleted in the foreground. `unresolvable`: its state is unknown, because its
 * kind is not served, or because a cluster-scoped object names a namespaced owner.
 */
export type OwnerState = 'present' | 'absent' | 'waiting' | 'unresolvable';
export type Propagation = 'Foreground' | 'Background' | 'Orphan';

export type Action =
  | { kind: 'none' }
  /** Keeps only these references. */
  | { kind: 'keep'; ownerReferences: meta.OwnerReference[] }
  /** `unblock`: the object may be part of a cycle, and must not block its owners. */
  | { kind: 'delete'; propagation: Propagation; unblock?: true };

const isLeavingWith = (object: KubeObject, finalizer: string): boolean =>
  Boolean(object.metadata.deletionTimestamp) && Boolean(object.metadata.finalizers?.includes(finalizer));

/** True if the object is deleted after its dependents. */
export const awaitsDependents = (object: KubeObject): boolean => isLeavingWith(object, foregroundFinalizer);
/** True if the object's dependents outlive it. */
export const orphansDependents = (object: KubeObject): boolean => isLeavingWith(object, orphanFinalizer);

export const blocks = (dependent: KubeObject, ownerUid: string): boolean =>
  Boolean(
    dependent.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion),
  );

/** The object's references, changed so that none blocks its owner. */
export const unblocked = ({ metadata }: KubeObject): meta.OwnerReference[] =>
  (metadata.ownerReferences ?? []).map((reference) => ({ ...reference, blockOwnerDeletion: false }));

function propagationOf({ metadata }: KubeObject): Propagation {
  if (metadata.finalizers?.includes(orphanFinalizer)) return 'Orphan';
  return metadata.finalizers?.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}

/** `states` are the states of the object's owner references, in the same order. */
export function planForOwners(
  object: KubeObject,
  states: readonly OwnerState[],
  dependents: readonly KubeObject[],
): Action {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || object.metadata.deletionTimestamp) return { kind: 'none' };
  if (states.includes('unresolvable')) return { kind: 'none' };
  const present = references.filter((_, i) => states[i] === 'present');
  if (present.length === references.length) return { kind: 'none' };
  // An object stays as long as one of its owners stays.
  if (present.length > 0) return { kind: 'keep', ownerReferences: present };
  if (!states.includes('waiting') || dependents.length === 0) {
    return { kind: 'delete', propagation: propagationOf(object) };
  }
  // An owner waits for this object, which will wait for its dependents. If a dependent waits as well, it may wait for
  // that owner: a cycle.
  const circle = dependents.some(awaitsDependents);
  return { kind: 'delete', propagation: 'Foreground', ...(circle ? { unblock: true as const } : {}) };
}

/**
 * The dependents that block a waiting owner for ever, because they wait for the owner themselves, directly or
 * indirectly. `dependentsOf` takes a uid.
 */
export function circularDependents(
  owner: KubeObject,
  dependentsOf: (uid: string) => readonly KubeObject[],
): KubeObject[] {
  const blockers = ({ metadata: { uid } }: KubeObject) =>
    dependentsOf(uid).filter((each) => blocks(each, uid) && awaitsDependents(each));
  const waitsForOwner = (start: KubeObject): boolean => {
    const seen = new Set<string>();
    const left = [start];
    for (let next = left.pop(); next; next = left.pop()) {
      if (next.metadata.uid === owner.metadata.uid) return true;
      if (seen.has(next.metadata.uid)) continue;
      seen.add(next.metadata.uid);
      left.push(...blockers(next));
    }
    return false;
  };
  return blockers(owner).filter(waitsForOwner);
}
