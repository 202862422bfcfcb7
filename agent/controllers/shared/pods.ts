/**
 * Facts about a pod's status.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/v1/pod/util.go
 */
import { findCondition, withCondition } from '../../api/conditions.ts';
import { disruptionTarget, isPodActive, isPodAvailable, isPodReady } from '../../api/pods.ts';
import type { core, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';

/** When the pod became ready, in milliseconds since the epoch; undefined if it is not ready. */
export function readySince(pod: Pod): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return Date.parse(ready.lastTransitionTime ?? pod.metadata.creationTimestamp);
}

/**
 * The pod's conditions with DisruptionTarget, which says that the control plane ends the pod. `now` in milliseconds.
 */
export const withDisruption = (pod: Pod, reason: string, message: string, now: number): core.PodCondition[] =>
  withCondition(pod.status?.conditions, disruptionTarget(pod, reason, message, timestamp(now)));

/** Milliseconds until the next ready pod becomes available; undefined if none is pending. */
export function nextAvailability(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const left = pods
    .filter((pod) => isPodActive(pod) && isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now))
    .map((pod) => (readySince(pod) ?? now) + minReadySeconds * 1000 - now);
  return left.length > 0 ? Math.max(1, Math.min(...left)) : undefined;
}
