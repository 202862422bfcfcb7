/** How many pods a job has once a plan is carried out, as far as it was. Pure. */
import { isPodActive, isPodReady, isPodTerminating } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import type { PodsPlan } from './plan.ts';

export interface Progress {
  active: number;
  ready: number;
  terminating: number;
}

/**
 * `before` is what the plan was made of, `after` what is there now. What else has happened in between is left for the
 * next reconcile, so that the counts fit what was decided.
 */
export function progressOf(before: readonly Pod[], plan: PodsPlan, after: readonly Pod[]): Progress {
  const present = new Map(after.map((pod) => [pod.metadata.uid, pod]));
  const known = new Set(before.map(({ metadata }) => metadata.uid));
  const planned = plan.kind === 'delete' ? plan.pods : [];
  const isLeaving = ({ metadata }: Pod): boolean => Boolean(present.get(metadata.uid)?.metadata.deletionTimestamp);
  const removed = new Set(planned.filter((pod) => !present.has(pod.metadata.uid) || isLeaving(pod)));
  const kept = before.filter((pod) => isPodActive(pod) && !removed.has(pod));
  return {
    active: kept.length + after.filter(({ metadata }) => !known.has(metadata.uid)).length,
    ready: kept.filter(isPodReady).length,
    terminating: before.filter(isPodTerminating).length + [...removed].filter(isLeaving).length,
  };
}
