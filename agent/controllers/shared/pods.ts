/** What a pod's status means to a controller. https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/api/v1/pod/util.go */
import { findCondition } from '../../api/conditions.ts';
import type { Pod } from '../../api/types.ts';

/** Milliseconds since the epoch at which the pod became ready; undefined where it is not ready. */
export function readySince(pod: Pod): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return Date.parse(ready.lastTransitionTime ?? pod.metadata.creationTimestamp);
}
