/**
 * Which indexes of an Indexed job have succeeded and failed. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/indexed_job_utils.go
 */
import { isPodActive, isPodTerminating } from '../../api/pods.ts';
import type { Job, Pod } from '../../api/types.ts';
import { judge } from './failure-policy.ts';
import { firstMissing, type Intervals, includes, intervalsOf, readIntervals, union } from './intervals.ts';
import {
  allFailuresOfIndex,
  failuresOfIndex,
  finishedAt,
  indexOf,
  isPodFailed,
  isPodSucceeded,
  isTracked,
  replacesOnlyFailed,
  validIndexOf,
} from './pod-facts.ts';

export interface IndexState {
  succeeded: Intervals;
  /** Only where indexes fail on their own (`backoffLimitPerIndex`). */
  failed?: Intervals;
  /**
   * By index, the failed pod that a new one has yet to replace. It keeps its finalizer until then, because the new pod
   * takes over how often the index has failed.
   */
  awaiting: ReadonlyMap<number, Pod>;
}

const indexesOf = (pods: readonly Pod[]): number[] => pods.map(indexOf).filter((index) => index !== undefined);

function isIndexFailed(pod: Pod, job: Job): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { failsIndex, counts } = judge(pod, job);
  return failsIndex || (counts && failuresOfIndex(pod) >= (job.spec.backoffLimitPerIndex ?? 0));
}

/** Of two failed pods of one index, whether the second is the newer. */
const isNewer = (known: Pod, other: Pod): boolean =>
  allFailuresOfIndex(known) <= allFailuresOfIndex(other) && finishedAt(other) >= finishedAt(known);

function awaitingPods(job: Job, pods: readonly Pod[], settled: Intervals): Map<number, Pod> {
  const active = new Set(indexesOf(pods.filter(isPodActive)));
  const awaiting = new Map<number, Pod>();
  for (const pod of pods) {
    const index = validIndexOf(pod, job);
    if (index === undefined || !isTracked(pod) || !isPodFailed(pod, job)) continue;
    if (active.has(index) || includes(settled, index)) continue;
    const known = awaiting.get(index);
    if (!known || isNewer(known, pod)) awaiting.set(index, pod);
  }
  return awaiting;
}

export function indexStateOf(job: Job, pods: readonly Pod[]): IndexState {
  const { completions = 0, backoffLimitPerIndex } = job.spec;
  const tracked = pods.filter((pod) => isTracked(pod) && validIndexOf(pod, job) !== undefined);
  const withNews = (text: string | undefined, news: readonly Pod[]): Intervals =>
    union(readIntervals(text, completions), intervalsOf(indexesOf(news)));
  const succeeded = withNews(job.status?.completedIndexes, tracked.filter(isPodSucceeded));
  if (backoffLimitPerIndex === undefined) return { succeeded, awaiting: new Map() };
  const failed = withNews(
    job.status?.failedIndexes,
    tracked.filter((pod) => isIndexFailed(pod, job)),
  );
  return { succeeded, failed, awaiting: awaitingPods(job, pods, union(succeeded, failed)) };
}

/** The first `count` indexes that neither have ended nor have a pod. */
export function pendingIndexes(job: Job, pods: readonly Pod[], state: IndexState, count: number): number[] {
  const busy = pods.filter((pod) => isPodActive(pod) || (replacesOnlyFailed(job) && isPodTerminating(pod)));
  const taken = union(union(state.succeeded, state.failed ?? []), intervalsOf(indexesOf(busy)));
  return firstMissing(taken, count, job.spec.completions ?? 0);
}
