import { ageColumn, column, nameColumn } from '../columns.ts';
import { isConditionTrue } from '../conditions.ts';
import { isNews, podNameWarnings } from '../core/pod-warnings.ts';
import { defineKind } from '../define-kind.ts';
import { humanDuration } from '../duration.ts';
import { formatLabelSelector } from '../selectors.ts';
import { templateColumns } from '../template-columns.ts';
import type { Job } from '../types.ts';
import { generateSelector } from './generated-selector.ts';
import { defaultJob } from './job-defaults.ts';
import { validateJobStatus } from './job-status-validation.ts';
import { validateJob } from './job-validation.ts';
import { jobWarnings } from './job-warnings.ts';

function statusOf({ metadata, status }: Job): string {
  const has = (type: string): boolean => isConditionTrue(status?.conditions, type);
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

/** Empty before it starts. */
function durationOf({ status }: Job, now: number): string {
  const { startTime, completionTime } = status ?? {};
  if (!startTime) return '';
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime));
}

export const jobs = defineKind<Job>({
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  representations: [{ group: 'batch', version: 'v1', definition: 'io.k8s.api.batch.v1.Job', orphansByDefault: true }],
  hasStatus: true,
  hasGeneration: true,
  warnOfOrphans:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or ' +
    'set propagationPolicy=Orphan to suppress this warning',
  columns: [
    nameColumn,
    column('Status', 'Status of the job.', statusOf),
    column('Completions', 'Number of pods that have succeeded, of those that are to.', completionsOf),
    column('Duration', 'Time required to complete the job.', durationOf),
    ageColumn,
    ...templateColumns,
    column('Selector', 'Label query over pods.', ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
  fieldSelectors: { 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
  default: defaultJob,
  prepareForCreate(job) {
    generateSelector(job);
    job.status = {};
  },
  validate: validateJob,
  validateStatus: validateJobStatus,
  warn: (job, old) =>
    isNews(job, old) ? [...(old ? [] : podNameWarnings(job)), ...jobWarnings('spec', job.spec)] : [],
});
