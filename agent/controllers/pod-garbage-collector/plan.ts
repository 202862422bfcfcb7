/**
 * Selects pods that no kubelet will ever finish, and surplus finished pods. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podgc/gc_controller.go
 */
import { isPodTerminal } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';

export interface PodGarbage {
  pod: Pod;
  why: 'terminated' | 'orphaned' | 'unscheduled';
}

/**
 * `isGone` tells whether a node has been missing for the quarantine. Of the finished pods the youngest `threshold`
 * stay.
 */
export function planPodGarbage(
  pods: readonly Pod[],
  isGone: (nodeName: string) => boolean,
  threshold: number,
): PodGarbage[] {
  const finished = pods
    .filter(isPodTerminal)
    .sort((a, b) => Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp));
  const surplus = new Set(threshold > 0 ? finished.slice(0, Math.max(0, finished.length - threshold)) : []);
  return pods.flatMap((pod): PodGarbage[] => {
    const { nodeName } = pod.spec;
    if (nodeName && isGone(nodeName)) return [{ pod, why: 'orphaned' }];
    if (!nodeName && pod.metadata.deletionTimestamp) return [{ pod, why: 'unscheduled' }];
    return surplus.has(pod) ? [{ pod, why: 'terminated' }] : [];
  });
}
