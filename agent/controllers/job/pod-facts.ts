/**
 * What a job needs to know about one of its pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/job_controller.go and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/backoff_utils.go (getFinishedTime)
 */
import { findCondition } from '../../api/conditions.ts';
import { own } from '../../api/own.ts';
import type { Job, Pod } from '../../api/types.ts';

/** A pod keeps it until its end is written in the status of its job. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
/** The annotation and the label of a pod of an Indexed job. */
export const completionIndex = 'batch.kubernetes.io/job-completion-index';
/** Annotations: how often pods of the index have failed, without and with failures that the policy ignores. */
export const indexFailureCount = 'batch.kubernetes.io/job-index-failure-count';
export const indexIgnoredFailureCount = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(trackingFinalizer) ?? false;

function countOf({ metadata }: Pod, annotation: string): number | undefined {
  const text = own(metadata.annotations, annotation);
  const count = text !== undefined && /^\+?\d{1,10}$/.test(text) ? Number(text) : undefined;
  return count !== undefined && count <= 2_147_483_647 ? count : undefined;
}

export const indexOf = (pod: Pod): number | undefined => countOf(pod, completionIndex);

/** The pod's index; undefined where the job has no such index. */
export function validIndexOf(pod: Pod, { spec }: Job): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}

/** Whether the pod counts at all: pods of an Indexed job need an index. */
export const isCounted = (pod: Pod, job: Job): boolean => !isIndexed(job) || validIndexOf(pod, job) !== undefined;

export const failuresOfIndex = (pod: Pod): number => countOf(pod, indexFailureCount) ?? 0;
export const ignoredFailuresOfIndex = (pod: Pod): number => countOf(pod, indexIgnoredFailureCount) ?? 0;
export const allFailuresOfIndex = (pod: Pod): number => failuresOfIndex(pod) + ignoredFailuresOfIndex(pod);

/** Whether a pod that is being deleted is replaced, and has failed, only once it has ended. */
export const replacesOnlyFailed = ({ spec }: Job): boolean =>
  spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;

/** A deleted pod of a lost node never says that it has failed. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyFailed(job)) return false;
  return Boolean(pod.metadata.deletionTimestamp) && pod.status?.phase !== 'Succeeded';
}

export const isPodSucceeded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded';

/** When the last container ended; undefined while one of them has not. */
function containersEnd({ status }: Pod): number | undefined {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  return ends.length > 0 && !ends.some(Number.isNaN) ? Math.max(...ends) : undefined;
}

/** When the pod ended, in milliseconds since the epoch. */
export function finishedAt(pod: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  const end = containersEnd(pod);
  if (end !== undefined) return end;
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}
