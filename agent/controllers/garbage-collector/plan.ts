/**
 * What happens to an object because of its owners, or because it waits for its dependents.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/garbagecollector/garbagecollector.go
 */
import type { KubeObject, meta } from '../../api/types.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

export type OwnerState = 'present' | 'absent' | 'waiting';
export type Propagation = 'Foreground' | 'Background' | 'Orphan';

export type Action =
  | { kind: 'none' }
  /** The references that stay. */
  | { kind: 'keep'; ownerReferences: meta.OwnerReference[] }
  | { kind: 'delete'; propagation: Propagation };

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

function propagationOf({ metadata }: KubeObject): Propagation {
  if (metadata.finalizers?.includes(orphanFinalizer)) return 'Orphan';
  return metadata.finalizers?.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}

/** `states` are those of the object's owner references, in their order. */
export function planForOwners(object: KubeObject, states: readonly OwnerState[], hasDependents: boolean): Action {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || object.metadata.deletionTimestamp) return { kind: 'none' };
  const solid = references.filter((_, i) => states[i] === 'present');
  if (solid.length === references.length) return { kind: 'none' };
  // One owner that stays is enough to live on.
  if (solid.length > 0) return { kind: 'keep', ownerReferences: solid };
  const awaited = states.includes('waiting');
  return { kind: 'delete', propagation: awaited && hasDependents ? 'Foreground' : propagationOf(object) };
}
