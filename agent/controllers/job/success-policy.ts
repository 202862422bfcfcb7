/**
 * Whether a job has succeeded early, by its `successPolicy`. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/success_policy.go
 */
import type { batch, Job } from '../../api/types.ts';
import { type Intervals, readIntervals, sizeOf, sizeOfCommon } from './intervals.ts';

function isMet({ succeededIndexes, succeededCount }: batch.SuccessPolicyRule, job: Job, succeeded: Intervals): boolean {
  const enough = (size: number): boolean => succeededCount !== undefined && size >= succeededCount;
  if (succeededIndexes === undefined) return enough(sizeOf(succeeded));
  const required = readIntervals(succeededIndexes, job.spec.completions ?? 0);
  if (required.length === 0) return false;
  const size = sizeOfCommon(required, succeeded);
  return size === sizeOf(required) || enough(size);
}

/** The message of the condition if a rule is met. */
export function matchSuccessPolicy(job: Job, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined;
  const index = (job.spec.successPolicy?.rules ?? []).findIndex((rule) => isMet(rule, job, succeeded));
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}
