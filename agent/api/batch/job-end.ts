/**
 * How a job ended.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/util/utils.go (FinishedCondition)
 */
import type { batch, Job } from '../types.ts';

export type JobCondition = NonNullable<batch.JobStatus['conditions']>[number];

/** The condition that says that the job is over: Complete or Failed. */
export const endOf = ({ status }: Pick<Job, 'status'>): JobCondition | undefined =>
  status?.conditions?.find(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');
