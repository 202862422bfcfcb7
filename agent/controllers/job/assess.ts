/**
 * What a job has come to: its counts and, if it is about to end, how. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/job_controller.go (syncJob)
 */
import { findCondition, isConditionTrue } from '../../api/conditions.ts';
import { isPodActive } from '../../api/pods.ts';
import type { Job, Pod } from '../../api/types.ts';
import { type BackOff, noBackOff, withEnded } from './back-off.ts';
import { judge } from './failure-policy.ts';
import { type IndexState, indexStateOf } from './index-state.ts';
import { sizeOf } from './intervals.ts';
import { isCounted, isIndexed, isPodFailed, isPodSucceeded, isTracked } from './pod-facts.ts';
import { matchSuccessPolicy } from './success-policy.ts';

/** How a job ends. The status says so by a condition of this type before it says that the job has ended. */
export interface Ending {
  type: 'SuccessCriteriaMet' | 'FailureTarget';
  reason: string;
  message: string;
}

export interface Assessment {
  active: Pod[];
  /** Pods that have ended, those included that the status does not count yet. */
  succeeded: number;
  failed: number;
  backOff: BackOff;
  /** Of an Indexed job. */
  indexes?: IndexState;
  ending?: Ending;
  /** Milliseconds until the deadline of a job that runs. */
  deadlineIn?: number;
}

const failure = (reason: string, message: string): Ending => ({ type: 'FailureTarget', reason, message });

/** The status said earlier how the job ends. */
function knownEnding({ status }: Job): Ending | undefined {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const condition = findCondition(status?.conditions, type);
    if (condition?.status === 'True') return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

function failureByPolicy(job: Job, pods: readonly Pod[]): Ending | undefined {
  if (!job.spec.podFailurePolicy) return undefined;
  for (const pod of pods) {
    const message = isPodFailed(pod, job) ? judge(pod, job).failsJob : undefined;
    if (message !== undefined) return failure('PodFailurePolicy', message);
  }
  return undefined;
}

/** Containers that restart in place count towards the limit, too. */
function restartsExceedLimit({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds; undefined where none runs. */
function timeToDeadline({ spec, status }: Job, now: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || spec.suspend) return undefined;
  const started = status?.startTime ? Date.parse(status.startTime) : now;
  return started + spec.activeDeadlineSeconds * 1000 - now;
}

function failureOfIndexes({ spec }: Job, { succeeded, failed }: IndexState): Ending | undefined {
  if (!failed) return undefined;
  const count = sizeOf(failed);
  if (spec.maxFailedIndexes !== undefined && count > spec.maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failure('MaxFailedIndexesExceeded', message);
  }
  const over = count > 0 && count + sizeOf(succeeded) >= (spec.completions ?? 0);
  return over ? failure('FailedIndexes', 'Job has failed indexes') : undefined;
}

function endingOf(job: Job, pods: readonly Pod[], found: Omit<Assessment, 'ending'>): Ending | undefined {
  const known = knownEnding(job) ?? failureByPolicy(job, pods);
  if (known) return known;
  if (found.failed > (job.spec.backoffLimit ?? 6) || restartsExceedLimit(job, pods)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (found.deadlineIn !== undefined && found.deadlineIn <= 0) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  if (!found.indexes) return undefined;
  const failed = failureOfIndexes(job, found.indexes);
  if (failed) return failed;
  const message = matchSuccessPolicy(job, found.indexes.succeeded);
  return message === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}

/** Pods that have ended and are neither counted nor about to be: only those still have the finalizer. */
function newlyEnded(job: Job, pods: readonly Pod[]): { succeeded: Pod[]; failed: Pod[] } {
  const uncounted = job.status?.uncountedTerminatedPods;
  const [succeeded, failed] = [new Set(uncounted?.succeeded), new Set(uncounted?.failed)];
  const news = pods.filter((pod) => isTracked(pod) && isCounted(pod, job));
  return {
    succeeded: news.filter((pod) => isPodSucceeded(pod) && !succeeded.has(pod.metadata.uid)),
    failed: news.filter((pod) => isPodFailed(pod, job) && !failed.has(pod.metadata.uid)),
  };
}

/** A controller that has just started learns from the pods that are there how often they failed. */
const recordFrom = (pods: readonly Pod[]): BackOff => {
  const counted = pods.filter((pod) => !isTracked(pod));
  return withEnded(
    noBackOff,
    counted.filter(isPodSucceeded),
    counted.filter(({ status }) => status?.phase === 'Failed'),
  );
};

/** `record`: what is known of failures so far; undefined where nothing is. */
export function assess(job: Job, pods: readonly Pod[], record: BackOff | undefined, now: number): Assessment {
  const { status } = job;
  const news = newlyEnded(job, pods);
  const failedNow = news.failed.filter((pod) => judge(pod, job).counts).length;
  const indexes = isIndexed(job) ? indexStateOf(job, pods) : undefined;
  const succeededNow = (status?.uncountedTerminatedPods?.succeeded ?? []).length + news.succeeded.length;
  const failedBefore = (status?.failed ?? 0) + (status?.uncountedTerminatedPods?.failed ?? []).length;
  const deadlineIn = timeToDeadline(job, now);
  const found = {
    active: pods.filter(isPodActive),
    succeeded: indexes ? sizeOf(indexes.succeeded) : (status?.succeeded ?? 0) + succeededNow,
    failed: failedBefore + failedNow,
    backOff: withEnded(record ?? recordFrom(pods), news.succeeded, news.failed),
    ...(indexes ? { indexes } : {}),
    ...(deadlineIn === undefined ? {} : { deadlineIn }),
  };
  const ending = endingOf(job, pods, found);
  return { ...found, ...(ending ? { ending } : {}) };
}

/** `active`: how many pods are left once the plan is carried out. */
export function hasReachedCompletions({ spec }: Job, succeeded: number, active: number): boolean {
  if (active > 0) return false;
  return spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions;
}

export const completionsReached: Ending = {
  type: 'SuccessCriteriaMet',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

export const isSuspended = ({ spec }: Job): boolean => spec.suspend === true;
export const isMarkedSuspended = ({ status }: Job): boolean => isConditionTrue(status?.conditions, 'Suspended');
