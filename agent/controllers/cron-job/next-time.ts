/**
 * When a schedule is due. Pure. Times are milliseconds since the epoch.
 *
 * Hours that the clock skips in spring are skipped, and those that it shows twice in autumn count twice.
 * https://github.com/robfig/cron/blob/v3.0.1/spec.go (Next)
 */
import type { Schedule } from '../../api/batch/schedule.ts';
import { momentOf, type Zone } from './wall-clock.ts';

type Fields = Extract<Schedule, { kind: 'fields' }>;

const minute = 60_000;
/** A schedule such as `0 0 31 2 *` is never due. */
const mostYears = 5;

/** Where both say something, one of the two is enough. */
function isDay({ days, weekdays }: Fields, shown: Date): boolean {
  const [day, weekday] = [days.values.has(shown.getUTCDate()), weekdays.values.has(shown.getUTCDay())];
  return days.any || weekdays.any ? day && weekday : day || weekday;
}

const startOfDay = (shown: Date, zone: Zone): number =>
  momentOf(Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate() + 1), zone);
const startOfMonth = (shown: Date, zone: Zone): number =>
  momentOf(Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + 1, 1), zone);

/** A later time before which the schedule is not due; undefined if it is due now. */
function skip(schedule: Fields, time: number, shown: Date, zone: Zone): number | undefined {
  if (!schedule.months.values.has(shown.getUTCMonth() + 1)) return startOfMonth(shown, zone);
  if (!isDay(schedule, shown)) return startOfDay(shown, zone);
  if (!schedule.hours.values.has(shown.getUTCHours())) return time + (60 - shown.getUTCMinutes()) * minute;
  return schedule.minutes.values.has(shown.getUTCMinutes()) ? undefined : time + minute;
}

function nextByFields(schedule: Fields, after: number, zone: Zone): number | undefined {
  let time = (Math.floor(after / minute) + 1) * minute;
  const lastYear = new Date(time + zone(time)).getUTCFullYear() + mostYears;
  for (;;) {
    const shown = new Date(time + zone(time));
    if (shown.getUTCFullYear() > lastYear) return undefined;
    const later = skip(schedule, time, shown, zone);
    if (later === undefined) return time;
    time = later;
  }
}

/** The first time after `after` at which the schedule is due; undefined if there is none. */
export function nextTime(schedule: Schedule, after: number, zone: Zone): number | undefined {
  if (schedule.kind === 'fields') return nextByFields(schedule, after, zone);
  return Math.floor(after / 1000) * 1000 + schedule.period;
}

/** The last time from `first` to `now` at which a schedule is due that is due at `first`. */
export function latestTime(schedule: Schedule, first: number, now: number, zone: Zone): number {
  if (schedule.kind === 'every') return first + Math.floor((now - first) / schedule.period) * schedule.period;
  // Looking back from now spares going through all that was missed.
  for (let span = minute; ; span *= 4) {
    const start = Math.max(first, now - span);
    let found = start === first ? first : undefined;
    for (let next = nextTime(schedule, start, zone); next !== undefined && next <= now; ) {
      found = next;
      next = nextTime(schedule, next, zone);
    }
    if (found !== undefined) return found;
  }
}
