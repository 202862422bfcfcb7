/**
 * What happens to an object because of its owners, or because it waits for its dependents.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/garbagecollector/garbagecollector.go
 */
import type { KubeObject, meta } from '../../api/types.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/**
 * `waiting`: it is there, and deleted in the foreground. `unresolvable`: nobody can say, because its kind is not served,
 * or because something cluster-scoped names a namespaced owner.
 */
export type OwnerState = 'present' | 'absent' | 'waiting' | 'unresolvable';
export type Propagation = 'Foreground' | 'Background' | 'Orphan';

export type Action =
  | { kind: 'none' }
  /** The references that stay. */
  | { kind: 'keep'; ownerReferences: meta.OwnerReference[] }
  /** `unblock`: it is part of a circle, and must not hold up its owners. */
  | { kind: 'delete'; propagation: Propagation; unblock?: true };

const isLeavingWith = (object: KubeObject, finalizer: string): boolean =>
  Boolean(object.metadata.deletionTimestamp) && Boolean(object.metadata.finalizers?.includes(finalizer));

/** It goes after its dependents. */
export const awaitsDependents = (object: KubeObject): boolean => isLeavingWith(object, foregroundFinalizer);
/** It leaves its dependents behind. */
export const orphansDependents = (object: KubeObject): boolean => isLeavingWith(object, orphanFinalizer);

export const blocks = (dependent: KubeObject, ownerUid: string): boolean =>
  Boolean(
    dependent.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion),
  );

/** The object's references, none of which holds up its owner. */
export const unblocked = ({ metadata }: KubeObject): meta.OwnerReference[] =>
  (metadata.ownerReferences ?? []).map((reference) => ({ ...reference, blockOwnerDeletion: false }));

function propagationOf({ metadata }: KubeObject): Propagation {
  if (metadata.finalizers?.includes(orphanFinalizer)) return 'Orphan';
  return metadata.finalizers?.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}

/** `states` are those of the object's owner references, in their order. */
export function planForOwners(
  object: KubeObject,
  states: readonly OwnerState[],
  dependents: readonly KubeObject[],
): Action {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || object.metadata.deletionTimestamp) return { kind: 'none' };
  if (states.includes('unresolvable')) return { kind: 'none' };
  const solid = references.filter((_, i) => states[i] === 'present');
  if (solid.length === references.length) return { kind: 'none' };
  // One owner that stays is enough to live on.
  if (solid.length > 0) return { kind: 'keep', ownerReferences: solid };
  if (!states.includes('waiting') || dependents.length === 0) {
    return { kind: 'delete', propagation: propagationOf(object) };
  }
  // An owner waits for this object, which will wait for its dependents: if one of those waits as well, they may be the same.
  const circle = dependents.some(awaitsDependents);
  return { kind: 'delete', propagation: 'Foreground', ...(circle ? { unblock: true as const } : {}) };
}

/**
 * Dependents of an owner that waits which can never go, because they wait for the owner themselves, directly or through
 * others. `dependentsOf` answers by uid.
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
