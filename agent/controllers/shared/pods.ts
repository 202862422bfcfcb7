/** What a pod's status means to a controller. https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/api/v1/pod/util.go */
import type { core, Pod } from '../../api/types.ts';

export const conditionOf = (pod: Pod, type: string): core.PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True';

/** It has come to its end: no container of it will run again. */
export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** It counts as a replica. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !pod.metadata.deletionTimestamp;

/** Milliseconds since the epoch at which the pod became ready; undefined where it is not ready. */
export function readySince(pod: Pod): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return Date.parse(ready.lastTransitionTime ?? pod.metadata.creationTimestamp);
}

/** Ready for at least `minReadySeconds`. `now` in milliseconds. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const since = readySince(pod);
  return since !== undefined && (minReadySeconds === 0 || since + minReadySeconds * 1000 <= now);
}
