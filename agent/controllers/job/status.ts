/**
 * The status of a job, and which pods are counted in it. Pure.
 *
 * A pod is counted exactly once: its uid enters `uncountedTerminatedPods`, then it loses its finalizer, then the count
 * goes up and its uid leaves, each in a write of its own. Whoever goes on after a crash sees where the last one was.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/job_controller.go
 * (trackJobStatusAndRemoveFinalizers)
 */
import type { JobCondition } from '../../api/batch/job-end.ts';
import { findCondition } from '../../api/conditions.ts';
import type { batch, Job, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type Assessment, type Ending, isMarkedSuspended, isSuspended } from './assess.ts';
import { judge } from './failure-policy.ts';
import { formatIntervals, includes, readIntervals, sizeOf } from './intervals.ts';
import { indexOf, isCounted, isIndexed, isPodFailed, isPodSucceeded, isTracked } from './pod-facts.ts';

export type JobStatus = batch.JobStatus;

/** So that the status stays small, and a huge job leaves time to the others. */
const mostUncounted = 500;

function conditionOf(type: string, status: string, reason: string, message: string, now: number): JobCondition {
  const time = timestamp(now);
  return { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
}

function setCondition(status: JobStatus, condition: JobCondition): JobStatus {
  const conditions = status.conditions ?? [];
  const known = findCondition(conditions, condition.type);
  if (!known) return { ...status, conditions: [...conditions, condition] };
  return { ...status, conditions: conditions.map((each) => (each === known ? condition : each)) };
}

export type SuspensionChange = 'Suspended' | 'Resumed' | undefined;

/** The status of a job that begins to run. */
export function withStart(job: Job, now: number): JobStatus {
  const { startTime = isSuspended(job) ? undefined : timestamp(now), ...status } = job.status ?? {};
  return startTime === undefined ? status : { ...status, startTime };
}

/** A job that is resumed starts anew: its deadline counts from then. */
export function planSuspension(job: Job, now: number): { status: JobStatus; change: SuspensionChange } {
  const { startTime, ...status } = job.status ?? {};
  const marked = isMarkedSuspended(job);
  if (isSuspended(job)) {
    if (marked) return { status, change: undefined };
    const condition = conditionOf('Suspended', 'True', 'JobSuspended', 'Job suspended', now);
    return { status: setCondition(status, condition), change: 'Suspended' };
  }
  if (!marked) return { status: withStart(job, now), change: undefined };
  const condition = conditionOf('Suspended', 'False', 'JobResumed', 'Job resumed', now);
  return { status: { ...setCondition(status, condition), startTime: timestamp(now) }, change: 'Resumed' };
}

export interface Tracking {
  status: JobStatus;
  /** The pods whose finalizers go once this status is written. */
  release: Pod[];
  /** Whether pods are left for the next time. */
  more: boolean;
}

/** A failed pod whose index waits for a new pod keeps its finalizer. */
function mayRelease(job: Job, pod: Pod, { indexes }: Assessment, ending: Ending | undefined): boolean {
  if (job.metadata.deletionTimestamp || ending || isPodSucceeded(pod)) return true;
  if (!isPodFailed(pod, job)) return false;
  return indexes?.awaiting.get(indexOf(pod) ?? -1)?.metadata.uid !== pod.metadata.uid;
}

/** Where a pod that loses its finalizer is written down; undefined where it counts as neither, or is written already. */
function entryOf(job: Job, pod: Pod, ending: Ending | undefined): 'succeeded' | 'failed' | undefined {
  if (!isCounted(pod, job)) return undefined;
  const isNews = !job.status?.uncountedTerminatedPods?.failed?.includes(pod.metadata.uid);
  // Succeeded indexes are in the list of indexes, which cannot have one twice.
  if (isPodSucceeded(pod) && isNews) return isIndexed(job) ? undefined : 'succeeded';
  const fails = isPodFailed(pod, job) || ending?.type === 'FailureTarget';
  return fails && isNews && judge(pod, job).counts ? 'failed' : undefined;
}

function indexFields({ indexes }: Assessment): Partial<JobStatus> {
  if (!indexes) return {};
  return {
    succeeded: sizeOf(indexes.succeeded),
    completedIndexes: formatIntervals(indexes.succeeded),
    ...(indexes.failed ? { failedIndexes: formatIntervals(indexes.failed) } : {}),
  };
}

/** Writes down pods that have ended. `job.status` has everything else already. */
export function planTracking(
  job: Job,
  pods: readonly Pod[],
  assessment: Assessment,
  ending: Ending | undefined,
  now: number,
): Tracking {
  const status = settle(job.status ?? {}, pods);
  const succeeded = new Set(status.uncountedTerminatedPods?.succeeded);
  const failed = new Set(status.uncountedTerminatedPods?.failed);
  const before = readIntervals(job.status?.completedIndexes, job.spec.completions ?? 0);
  const newIndexes = new Set<number>();
  const release: Pod[] = [];
  const full = (): boolean => newIndexes.size + succeeded.size + failed.size >= mostUncounted;
  for (const pod of pods.filter((each) => isTracked(each) && mayRelease(job, each, assessment, ending))) {
    if (full()) break;
    release.push(pod);
    const entry = entryOf(job, pod, ending);
    if (entry === 'succeeded') succeeded.add(pod.metadata.uid);
    if (entry === 'failed') failed.add(pod.metadata.uid);
    const index = indexOf(pod);
    if (index !== undefined && isPodSucceeded(pod) && !includes(before, index)) newIndexes.add(index);
  }
  const noted = {
    ...status,
    ...indexFields(assessment),
    uncountedTerminatedPods: listsOf(succeeded, failed),
  };
  const isKnown = !ending || findCondition(noted.conditions, ending.type)?.status === 'True';
  return {
    status: isKnown ? noted : setCondition(noted, conditionOf(ending.type, 'True', ending.reason, ending.message, now)),
    release,
    more: full(),
  };
}

/** Empty lists are left out, as upstream does. */
const listsOf = (succeeded: ReadonlySet<string>, failed: ReadonlySet<string>) => ({
  ...(succeeded.size > 0 ? { succeeded: [...succeeded] } : {}),
  ...(failed.size > 0 ? { failed: [...failed] } : {}),
});

/** Counts the pods that have lost their finalizers. `pods`: all that may still have one. */
export function settle(status: JobStatus, pods: readonly Pod[]): JobStatus {
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = (uids: readonly string[]) => new Set(uids.filter((uid) => tracked.has(uid)));
  const [succeededLeft, failedLeft] = [left(succeeded), left(failed)];
  return {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - succeededLeft.size,
    failed: (status.failed ?? 0) + failed.length - failedLeft.size,
    uncountedTerminatedPods: listsOf(succeededLeft, failedLeft),
  };
}

/** Says that the job has ended, once all its pods are counted and none is left; undefined before. */
export function planEnd(status: JobStatus, { type, reason, message }: Ending, now: number): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  const complete = type === 'SuccessCriteriaMet';
  const condition = conditionOf(complete ? 'Complete' : 'Failed', 'True', reason, message, now);
  return { ...setCondition(status, condition), ...(complete ? { completionTime: condition.lastTransitionTime } : {}) };
}
