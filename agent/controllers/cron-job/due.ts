/**
 * Which start of a cron job is due, and when to look again. Pure. Times are milliseconds since the epoch.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/cronjob/utils.go (mostRecentScheduleTime,
 * nextScheduleTimeDuration)
 */
import type { Schedule } from '../../api/batch/schedule.ts';
import type { CronJob } from '../../api/types.ts';
import { latestTime, nextTime } from './next-time.ts';
import type { Zone } from './wall-clock.ts';

/** So many starts may be missed before a warning says so. */
const manyMissed = 100;
/** Clocks of machines differ a little. */
const late = 100;

const lastStart = ({ metadata, status }: CronJob): number =>
  Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);

/** From when on starts count: earlier ones have been made, or are too late by now. */
function earliest(cronJob: CronJob, now: number): number {
  const { startingDeadlineSeconds } = cronJob.spec;
  const deadline = startingDeadlineSeconds === undefined ? 0 : now - startingDeadlineSeconds * 1000;
  return Math.max(lastStart(cronJob), deadline);
}

export interface Due {
  /** The last start that is due and not made. Those before it are given up. */
  time?: number;
  tooManyMissed: boolean;
}

function dueSince(since: number, schedule: Schedule, now: number, zone: Zone): Due {
  const first = nextTime(schedule, since, zone);
  if (first === undefined || now < first) return { tooManyMissed: false };
  const second = nextTime(schedule, first, zone);
  if (second === undefined || now < second) return { time: first, tooManyMissed: false };
  const missed = Math.floor((now - first) / (second - first)) + 1;
  return { time: latestTime(schedule, first, now, zone), tooManyMissed: missed > manyMissed };
}

export const dueStart = (cronJob: CronJob, schedule: Schedule, now: number, zone: Zone): Due =>
  dueSince(earliest(cronJob, now), schedule, now, zone);

/** Milliseconds until the next start after the last one that was due; undefined if there is none. */
export function untilNext(cronJob: CronJob, schedule: Schedule, now: number, zone: Zone): number | undefined {
  const since = lastStart(cronJob);
  const next = nextTime(schedule, dueSince(since, schedule, now, zone).time ?? since, zone);
  return next === undefined ? undefined : next + late - now;
}
