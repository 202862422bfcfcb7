/**
 * Whether a cron job starts a job now. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/cronjob/cronjob_controllerv2.go
 * (syncCronJob)
 */
import { readSchedule, type Schedule } from '../../api/batch/schedule.ts';
import { ownerReference } from '../../api/owner.ts';
import type { CronJob, Draft, Job } from '../../api/types.ts';
import { dueStart, untilNext } from './due.ts';
import type { CronJobStatus, Note } from './review.ts';
import { localTimestamp, type Zone, zoneOf } from './wall-clock.ts';

const scheduledTimestamp = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export interface StartPlan {
  notes: Note[];
  /** When the job to start is due, in milliseconds since the epoch. */
  start?: number;
  /** Milliseconds until the next look; undefined: not before something changes. */
  after?: number;
}

const warning = (reason: string, message: string): Note => ({ type: 'Warning', reason, message });

function zoneNamed(name: string | undefined): Zone | undefined {
  try {
    return zoneOf(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

/** The schedule and where it is read, or why it cannot be. */
function timetable({ spec }: CronJob): { schedule: Schedule; zone: Zone } | { note: Note } {
  const schedule = readSchedule(spec.schedule);
  if ('problem' in schedule) {
    const message = `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${schedule.problem}`;
    return { note: warning('UnparseableSchedule', message) };
  }
  const name = schedule.zone ?? spec.timeZone;
  const zone = zoneNamed(name);
  if (zone) return { schedule, zone };
  return { note: warning('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(name)}: unknown time zone ${name}`) };
}

/** One start a minute at most, so the minute names it: it cannot be made twice. */
export const jobName = ({ metadata }: CronJob, time: number): string => `${metadata.name}-${Math.floor(time / 60_000)}`;

/** RFC 1123 with a numeric zone, as Go's `time.RFC1123Z`. */
const longTime = (time: number): string => new Date(time).toUTCString().replace('GMT', '+0000');

function isMade(cronJob: CronJob, { active = [], lastScheduleTime }: CronJobStatus, time: number): boolean {
  if (lastScheduleTime !== undefined && Date.parse(lastScheduleTime) === time) return true;
  return active.some(({ name }) => name === jobName(cronJob, time));
}

/** Why the job that is due does not start; undefined if it does. */
function hindrance(cronJob: CronJob, status: CronJobStatus, time: number, now: number): Note[] | undefined {
  const { startingDeadlineSeconds: deadline, concurrencyPolicy } = cronJob.spec;
  if (deadline !== undefined && time + deadline * 1000 < now) {
    return [warning('MissSchedule', `Missed scheduled time to start a job: ${longTime(time)}`)];
  }
  if (isMade(cronJob, status, time)) return [];
  if (concurrencyPolicy !== 'Forbid' || (status.active ?? []).length === 0) return undefined;
  const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
  return [{ type: 'Normal', reason: 'JobAlreadyActive', message }];
}

/** `status`: the reviewed one. */
export function planStart(cronJob: CronJob, status: CronJobStatus, now: number): StartPlan {
  if (cronJob.metadata.deletionTimestamp) return { notes: [] };
  const table = timetable(cronJob);
  if ('note' in table) return { notes: [table.note] };
  if (cronJob.spec.suspend) return { notes: [] };
  const { schedule, zone } = table;
  const { time, tooManyMissed } = dueStart(cronJob, schedule, now, zone);
  const after = untilNext(cronJob, schedule, now, zone);
  const look = after === undefined ? {} : { after };
  if (time === undefined) return { notes: [], ...look };
  const many = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  const notes = tooManyMissed ? [warning('TooManyMissedTimes', many)] : [];
  const why = hindrance(cronJob, status, time, now);
  return why ? { notes: [...notes, ...why], ...look } : { notes, start: time, ...look };
}

/** Milliseconds until a changed schedule is due; undefined if it never is. */
export function untilScheduled(cronJob: CronJob, now: number): number | undefined {
  const table = timetable(cronJob);
  return 'note' in table ? 0 : untilNext(cronJob, table.schedule, now, table.zone);
}

export function newJob(cronJob: CronJob, time: number): Draft<Job> {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const scheduled = localTimestamp(time, zoneNamed(cronJob.spec.timeZone) ?? zoneOf());
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, time),
      namespace: cronJob.metadata.namespace,
      labels: metadata?.labels,
      annotations: { ...metadata?.annotations, [scheduledTimestamp]: scheduled },
      ownerReferences: [ownerReference(cronJob)],
    },
    spec: spec ?? { template: {} },
  };
}
