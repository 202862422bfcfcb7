/**
 * The status of a stateful set. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/statefulset/stateful_set_control.go
 * (computeReplicaStatus) and stateful_set_utils.go (completeRollingUpdate)
 */
import { canonicalJson } from '../../api/hash.ts';
import { isPodAvailable, isPodReady } from '../../api/pods.ts';
import type { apps, Pod, StatefulSet } from '../../api/types.ts';
import { withoutZeros } from '../shared/counts.ts';
import { replicasOf, revisionOf } from './identity.ts';

type Status = apps.StatefulSetStatus;

/** What a reconcile knows of the set's history. */
export interface Names {
  currentRevision: string;
  updateRevision: string;
  collisionCount: number;
}

/** Once all replicas are updated and ready, the update revision becomes the current one. */
function completed({ spec }: StatefulSet, desired: number, status: Status): Status {
  const { updatedReplicas = 0, readyReplicas = 0, replicas, updateRevision } = status;
  const isDone = updatedReplicas === desired && readyReplicas === desired && replicas === desired;
  if (spec.updateStrategy?.type !== 'RollingUpdate' || !isDone) return status;
  return {
    ...status,
    currentReplicas: updatedReplicas,
    ...(updateRevision ? { currentRevision: updateRevision } : {}),
  };
}

/** Terminating pods count, except as current or updated. `now` in milliseconds. */
export function planStatus(set: StatefulSet, pods: readonly Pod[], names: Names, now: number): Status {
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const lasting = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const ofRevision = (name: string) => lasting.filter((pod) => revisionOf(pod) === name).length;
  return completed(set, replicasOf(set), {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
    currentReplicas: ofRevision(names.currentRevision),
    updatedReplicas: ofRevision(names.updateRevision),
    ...names,
  });
}

/** In its wire form, without counts of zero that upstream's types leave out. Conditions of others stay. */
export const countedStatus = (old: Status | undefined, status: Status): Status =>
  withoutZeros({ ...status, ...(old?.conditions ? { conditions: old.conditions } : {}) }, [
    'replicas',
    'availableReplicas',
    'collisionCount',
  ]);

export const sameStatus = (a: Status | undefined, b: Status): boolean => canonicalJson(a ?? {}) === canonicalJson(b);
