/**
 * Plans which pods of a job to create or delete. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/job_controller.go (manageJob)
 */
import { isPodTerminating } from '../../api/pods.ts';
import type { Job, Pod } from '../../api/types.ts';
import { rankForDeletion } from '../shared/ranking.ts';
import { type Assessment, isSuspended } from './assess.ts';
import { backOffLeft, backOffLeftOfIndex } from './back-off.ts';
import { pendingIndexes } from './index-state.ts';
import { isIndexed, replacesOnlyFailed, validIndexOf } from './pod-facts.ts';

/** The maximum of creations or deletions in one reconcile. */
const most = 500;

/** A pod to create; `replaced` is the failed pod of the same index that it takes over from. */
export interface NewPod {
  index?: number;
  replaced?: Pod;
}

export type PodsPlan =
  | { kind: 'none' }
  | { kind: 'create'; pods: NewPod[] }
  /** `after`: milliseconds until failed pods may be replaced. */
  | { kind: 'wait'; after: number }
  /** `forget`: the pods lose their finalizers first, so that they do not count as failed. */
  | { kind: 'delete'; pods: Pod[]; forget: boolean };

const deletion = (pods: readonly Pod[], forget: boolean): PodsPlan =>
  pods.length > 0 ? { kind: 'delete', pods: pods.slice(0, most), forget } : { kind: 'none' };

function groupByIndex(pods: readonly Pod[], job: Job): Map<number | undefined, Pod[]> {
  const groups = new Map<number | undefined, Pod[]>();
  for (const pod of pods) {
    const index = validIndexOf(pod, job);
    const group = groups.get(index);
    if (group) group.push(pod);
    else groups.set(index, [pod]);
  }
  return groups;
}

/** At least `surplus` pods; of an Indexed job all without an index of their own. */
function superfluous(job: Job, active: readonly Pod[], surplus: number, now: number): Pod[] {
  const extra: Pod[] = [];
  let left = [...active];
  if (isIndexed(job)) {
    left = [];
    for (const [index, group] of groupByIndex(active, job)) {
      const ranked = rankForDeletion(group, [], now);
      const kept = index === undefined ? [] : ranked.slice(-1);
      left.push(...kept);
      extra.push(...ranked.slice(0, ranked.length - kept.length));
    }
  }
  const missing = Math.max(0, surplus - extra.length);
  return [...extra, ...rankForDeletion(left, [], now).slice(0, missing)];
}

function wantedActive({ spec }: Job, { active, succeeded }: Assessment): number {
  const { completions, parallelism = 1 } = spec;
  if (completions !== undefined) return Math.max(0, Math.min(completions - succeeded, parallelism));
  // Any success tells that the work is done: what runs may end, and nothing new starts.
  return succeeded > 0 ? active.length : parallelism;
}

/** With limits per index each index waits on its own. */
function planIndexes(job: Job, pods: readonly Pod[], assessment: Assessment, count: number, now: number): PodsPlan {
  const { indexes } = assessment;
  if (!indexes) return { kind: 'create', pods: Array.from({ length: count }, () => ({})) };
  const pending = pendingIndexes(job, pods, indexes, count).map((index) => {
    const replaced = indexes.awaiting.get(index);
    return { index, ...(replaced ? { replaced } : {}), wait: backOffLeftOfIndex(replaced, now) };
  });
  const ready = pending.filter(({ wait }) => wait === 0).map(({ wait, ...pod }) => pod);
  if (ready.length > 0) return { kind: 'create', pods: ready };
  if (pending.length === 0) return { kind: 'none' };
  return { kind: 'wait', after: Math.min(...pending.map(({ wait }) => wait)) };
}

function planCreation(job: Job, pods: readonly Pod[], assessment: Assessment, wanted: number, now: number): PodsPlan {
  const going = replacesOnlyFailed(job) ? pods.filter(isPodTerminating).length : 0;
  const missing = wanted - going - assessment.active.length;
  if (missing <= 0) return { kind: 'none' };
  const wait = job.spec.backoffLimitPerIndex === undefined ? backOffLeft(assessment.backOff, now) : 0;
  if (wait > 0) return { kind: 'wait', after: wait };
  return planIndexes(job, pods, assessment, Math.min(missing, most), now);
}

export function planPods(job: Job, pods: readonly Pod[], assessment: Assessment, now: number): PodsPlan {
  const { active, ending } = assessment;
  if (ending) return active.length > 0 ? { kind: 'delete', pods: active, forget: false } : { kind: 'none' };
  if (job.metadata.deletionTimestamp) return { kind: 'none' };
  if (isSuspended(job)) return active.length > 0 ? { kind: 'delete', pods: active, forget: true } : { kind: 'none' };
  const wanted = wantedActive(job, assessment);
  const removal = deletion(superfluous(job, active, Math.max(0, active.length - wanted), now), true);
  return removal.kind === 'none' ? planCreation(job, pods, assessment, wanted, now) : removal;
}
