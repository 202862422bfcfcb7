import { age, ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { isNews, podNameWarnings } from '../core/pod-warnings.ts';
import { defineKind } from '../define-kind.ts';
import { invalid, nonNegative, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { retiredVersion } from '../retired-version.ts';
import { formatLabelSelector } from '../selectors.ts';
import { containerColumns } from '../template-columns.ts';
import type { batch, CronJob } from '../types.ts';
import { defaultCronJob } from './job-defaults.ts';
import { validateJobTemplate } from './job-validation.ts';
import { jobWarnings } from './job-warnings.ts';
import { scheduleProblem } from './schedule.ts';
import { timeZoneProblems } from './time-zone.ts';

type Spec = batch.CronJobSpec;

const jobSpecOf = ({ spec }: CronJob): batch.JobSpec | undefined => spec.jobTemplate.spec;

/** Its jobs are called after it and the time, in 11 characters. */
const longestName = 52;

/** A schedule that names its own zone is left alone where it is stored. */
function validateSchedule({ schedule, timeZone }: Spec, old: Spec | undefined): FieldError[] {
  const field = 'spec.schedule';
  if (!schedule) return [required(field)];
  const problem = scheduleProblem(schedule);
  const errors = problem === undefined ? [] : [invalid(field, schedule, problem)];
  if (!schedule.includes('TZ')) return errors;
  if (!old?.schedule.includes('TZ')) {
    return [...errors, invalid(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  }
  if (timeZone === undefined) return errors;
  return [...errors, invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')];
}

function validateTimeZone({ timeZone }: Spec, old: Spec | undefined): FieldError[] {
  if (timeZone === undefined || timeZone === old?.timeZone) return [];
  return timeZoneProblems(timeZone).map((detail) => invalid('spec.timeZone', timeZone, detail));
}

const concurrencies = ['Allow', 'Forbid', 'Replace'];

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go
 * (validateCronJobSpec)
 */
function validateCronJob({ metadata: { name }, spec }: CronJob, old?: CronJob): FieldError[] {
  const { concurrencyPolicy: policy = '', jobTemplate } = spec;
  const long = old === undefined && name.length > longestName;
  return [
    ...validateSchedule(spec, old?.spec),
    ...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
    ...validateTimeZone(spec, old?.spec),
    ...(concurrencies.includes(policy) ? [] : [notSupported('spec.concurrencyPolicy', policy, concurrencies)]),
    ...validateJobTemplate('spec.jobTemplate.spec', jobTemplate.spec ?? { template: {} }),
    ...nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
    ...(long ? [invalid('metadata.name', name, `must be no more than ${longestName} characters`)] : []),
  ];
}

const suspended = ({ spec: { suspend } }: CronJob): string =>
  suspend === undefined ? '<unset>' : suspend ? 'True' : 'False';

const lastSchedule = ({ status }: CronJob, now: number): string =>
  status?.lastScheduleTime ? age(status.lastScheduleTime, now) : '<none>';

export const cronJobs = defineKind<CronJob>({
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: 'batch', version: 'v1', definition: 'io.k8s.api.batch.v1.CronJob' },
    retiredVersion(
      {
        kind: 'CronJob',
        group: 'batch',
        version: 'v1beta1',
        deprecated: 'v1.21',
        unavailable: 'v1.25',
        use: 'batch/v1',
      },
      { orphansByDefault: true },
    ),
  ],
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn,
    column('Schedule', 'When jobs are made, in the words of cron.', ({ spec }) => spec.schedule),
    column('Timezone', 'Where the schedule is read.', ({ spec }) => orNone(spec.timeZone)),
    column('Suspend', 'Whether no more jobs are made.', suspended, { type: 'boolean' }),
    column('Active', 'Number of jobs that run now.', ({ status }) => status?.active?.length ?? 0, { type: 'integer' }),
    column('Last Schedule', 'When a job was last made as scheduled.', lastSchedule),
    ageColumn,
    ...containerColumns<CronJob>((cronJob) => jobSpecOf(cronJob)?.template, { wide: true }),
    column('Selector', 'Label query over pods.', (cronJob) => formatLabelSelector(jobSpecOf(cronJob)?.selector), {
      wide: true,
    }),
  ],
  default: defaultCronJob,
  prepareForCreate(cronJob) {
    cronJob.status = {};
  },
  validate: validateCronJob,
  validateStatus: () => [],
  warn: (cronJob, old) => {
    const spec = jobSpecOf(cronJob);
    if (!spec || !isNews(cronJob, old)) return [];
    return [...(old ? [] : podNameWarnings(cronJob)), ...jobWarnings('spec.jobTemplate.spec', spec)];
  },
});
