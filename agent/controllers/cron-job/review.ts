/**
 * What has become of the jobs of a cron job. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/cronjob/cronjob_controllerv2.go
 * (syncCronJob, cleanupFinishedJobs)
 */
import { endOf } from '../../api/batch/job-end.ts';
import type { batch, CronJob, Job } from '../../api/types.ts';

export type CronJobStatus = NonNullable<batch.CronJob['status']>;

export interface Note {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const isActive = ({ active = [] }: CronJobStatus, { metadata }: Job): boolean =>
  active.some(({ uid }) => uid === metadata.uid);

export const withoutActive = (status: CronJobStatus, uids: ReadonlySet<string>): CronJobStatus => ({
  ...status,
  active: (status.active ?? []).filter(({ uid }) => !uids.has(uid ?? '')),
});

function noteOf(status: CronJobStatus, job: Job): Note | undefined {
  const { name } = job.metadata;
  const end = endOf(job);
  if (end && isActive(status, job)) {
    const message = `Saw completed job: ${name}, condition: ${end.type}`;
    return { type: 'Normal', reason: 'SawCompletedJob', message };
  }
  if (end || isActive(status, job)) return undefined;
  const message = `Saw a job that the controller did not create or forgot: ${name}`;
  return { type: 'Warning', reason: 'UnexpectedJob', message };
}

/** The latest end of a job that has succeeded. */
function lastSuccess(status: CronJobStatus, jobs: readonly Job[]): string | undefined {
  const times = jobs.filter((job) => endOf(job)?.type === 'Complete').map(({ status: each }) => each?.completionTime);
  const known = [status.lastSuccessfulTime, ...times].filter((time) => time !== undefined);
  return known.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
}

/** `jobs`: those that the cron job controls. */
export function review({ status = {} }: CronJob, jobs: readonly Job[]): { status: CronJobStatus; notes: Note[] } {
  const present = new Set(jobs.map(({ metadata }) => metadata.uid));
  const missing = (status.active ?? []).filter(({ uid }) => !present.has(uid ?? ''));
  const ended = jobs.filter((job) => endOf(job)).map(({ metadata }) => metadata.uid);
  const success = lastSuccess(status, jobs);
  return {
    status: {
      ...withoutActive(status, new Set([...ended, ...missing.map(({ uid }) => uid ?? '')])),
      ...(success === undefined ? {} : { lastSuccessfulTime: success }),
    },
    notes: [
      ...jobs.map((job) => noteOf(status, job)).filter((note) => note !== undefined),
      ...missing.map(
        ({ name }): Note => ({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${name}` }),
      ),
    ],
  };
}

/** Jobs that have not started come last. */
const byStart = (a: Job, b: Job): number => {
  const [one, two] = [a.status?.startTime, b.status?.startTime];
  if (one !== two) return (one ? Date.parse(one) : Number.MAX_VALUE) - (two ? Date.parse(two) : Number.MAX_VALUE);
  return a.metadata.name < b.metadata.name ? -1 : 1;
};

/** Ended jobs beyond the limits, the oldest first. */
export function outdated({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const limits = { Complete: spec.successfulJobsHistoryLimit, Failed: spec.failedJobsHistoryLimit };
  return Object.entries(limits).flatMap(([type, limit]) => {
    const ended = jobs.filter((job) => endOf(job)?.type === type).sort(byStart);
    return ended.slice(0, Math.max(0, ended.length - (limit ?? ended.length)));
  });
}
