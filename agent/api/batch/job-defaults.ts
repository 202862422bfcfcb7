/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/v1/defaults.go */
import { defaultTemplate } from '../core/pod-defaults.ts';
import type { batch, CronJob, Job } from '../types.ts';

const noLimit = 2_147_483_647;

/** What the job of a template gets as well, before there is a job. */
export function defaultPods(spec: batch.JobSpec): void {
  spec.template = defaultTemplate(spec.template);
  for (const { onPodConditions = [] } of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions) pattern.status ||= 'True';
  }
}

export function defaultJob(job: Job): void {
  job.spec ??= { template: {} };
  const { spec } = job;
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : noLimit;
  spec.completionMode ||= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ||= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  const { labels } = spec.template?.metadata ?? {};
  if (labels && Object.keys(job.metadata.labels ?? {}).length === 0) job.metadata.labels = { ...labels };
  defaultPods(spec);
}

export function defaultCronJob(cronJob: CronJob): void {
  cronJob.spec ??= { schedule: '', jobTemplate: {} };
  const { spec } = cronJob;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate ??= {};
  spec.jobTemplate.spec ??= { template: {} };
  defaultPods(spec.jobTemplate.spec);
}
