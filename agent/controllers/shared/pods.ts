/** What a pod's status means to a controller. https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/v1/pod/util.go */
import { findCondition, withCondition } from '../../api/conditions.ts';
import { disruptionTarget } from '../../api/pods.ts';
import type { core, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';

/** Milliseconds since the epoch at which the pod became ready; undefined where it is not ready. */
export function readySince(pod: Pod): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return Date.parse(ready.lastTransitionTime ?? pod.metadata.creationTimestamp);
}

/** The pod's conditions with the one that says that the control plane ends it. `now` in milliseconds. */
export const withDisruption = (pod: Pod, reason: string, message: string, now: number): core.PodCondition[] =>
  withCondition(pod.status?.conditions, disruptionTarget(pod, reason, message, timestamp(now)));
