/** Many rows are those of https://github.com/robfig/cron/blob/v3.0.1/spec_test.go. */
import { describe, expect, it } from 'vitest';
import { readSchedule, type Schedule } from '../../../../../agent/api/batch/schedule.ts';
import { latestTime, nextTime } from '../../../../../agent/controllers/cron-job/next-time.ts';
import { localTimestamp, zoneOf } from '../../../../../agent/controllers/cron-job/wall-clock.ts';

function schedule(text: string): Schedule {
  const found = readSchedule(text);
  if ('problem' in found) throw new Error(found.problem);
  return found;
}
const shown = (time: number | undefined, zone: string) => time && localTimestamp(time, zoneOf(zone));

describe('the next time', () => {
  it.each([
    ['2026-07-09T14:45:00Z', '*/15 * * * *', '2026-07-09T15:00:00Z'],
    ['2026-07-09T14:59:59Z', '*/15 * * * *', '2026-07-09T15:00:00Z'],
    ['2026-07-09T14:45:30.5Z', '* * * * *', '2026-07-09T14:46:00Z'],
    ['2026-07-09T15:45:00Z', '20-35/15 * * * *', '2026-07-09T16:20:00Z'],
    ['2026-07-09T23:35:51Z', '15/35 20-22 10 2 *', '2027-02-10T20:15:00Z'],
    ['2026-07-09T23:45:00Z', '*/20 * * * *', '2026-07-10T00:00:00Z'],
    ['2026-07-09T23:45:00Z', '0 0 9 apr-oct ?', '2026-08-09T00:00:00Z'],
    ['2026-12-31T23:59:45Z', '* * * * *', '2027-01-01T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '0 0 29 feb ?', '2028-02-29T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '0 0 31 feb ?', undefined],
    ['2026-07-09T14:45:00Z', '@hourly', '2026-07-09T15:00:00Z'],
    ['2026-07-09T14:45:00Z', '@daily', '2026-07-10T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '@weekly', '2026-07-12T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '@monthly', '2026-08-01T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '@yearly', '2027-01-01T00:00:00Z'],
    ['2026-07-09T14:45:00.9Z', '@every 1h30m', '2026-07-09T16:15:00Z'],
    ['2026-07-09T14:45:00Z', '@every 10ms', '2026-07-09T14:45:01Z'],
    // A day of the month or a day of the week, where both are named; both, where one is `*`.
    ['2026-07-09T14:45:00Z', '0 0 15 * mon', '2026-07-13T00:00:00Z'],
    ['2026-07-13T14:45:00Z', '0 0 15 * mon', '2026-07-15T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '0 0 * * mon', '2026-07-13T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '0 0 15 * *', '2026-07-15T00:00:00Z'],
    ['2026-07-09T14:45:00Z', '0 0 */2 * mon', '2026-07-11T00:00:00Z'],
  ])('after %s of "%s" is %s', (after, text, expected) => {
    expect(shown(nextTime(schedule(text), Date.parse(after), zoneOf()), 'UTC')).toBe(expected);
  });

  it.each([
    ['a zone ahead', '2026-07-09T14:45:00Z', '0 9 * * *', 'Asia/Tokyo', '2026-07-10T09:00:00+09:00'],
    ['a zone of half an hour', '2026-07-09T14:45:00Z', '0 9 * * *', 'Asia/Kolkata', '2026-07-10T09:00:00+05:30'],
    ['a zone behind', '2026-07-09T02:00:00Z', '0 0 9 * *', 'America/New_York', '2026-07-09T00:00:00-04:00'],
    ['a skipped hour', '2026-03-08T05:00:00Z', '30 2 * * *', 'America/New_York', '2026-03-09T02:30:00-04:00'],
    ['a time before it', '2026-03-08T05:00:00Z', '30 1 * * *', 'America/New_York', '2026-03-08T01:30:00-05:00'],
    ['a time after it', '2026-03-08T06:30:00Z', '0 3 * * *', 'America/New_York', '2026-03-08T03:00:00-04:00'],
    ['an hour twice: first', '2026-11-01T04:00:00Z', '0 1 * * *', 'America/New_York', '2026-11-01T01:00:00-04:00'],
    ['an hour twice: again', '2026-11-01T05:00:00Z', '0 1 * * *', 'America/New_York', '2026-11-01T01:00:00-05:00'],
    [
      'a midnight that is skipped',
      '2018-11-04T02:00:00Z',
      '0 * * * *',
      'America/Sao_Paulo',
      '2018-11-04T01:00:00-02:00',
    ],
    ['a day without midnight', '2018-11-03T12:00:00Z', '0 0 4 11 *', 'America/Sao_Paulo', '2019-11-04T00:00:00-03:00'],
    ['hourly in summer time', '2026-03-29T00:30:00Z', '@hourly', 'Europe/Zurich', '2026-03-29T03:00:00+02:00'],
  ])('in %s', (_, after, text, zone, expected) => {
    expect(shown(nextTime(schedule(text), Date.parse(after), zoneOf(zone)), zone)).toBe(expected);
  });
});

describe('the latest time until now', () => {
  it.each([
    ['* * * * *', '2020-01-01T00:00:00Z', '2026-07-09T14:45:30Z', '2026-07-09T14:45:00Z'],
    ['* * * * *', '2026-07-09T14:45:00Z', '2026-07-09T14:45:00Z', '2026-07-09T14:45:00Z'],
    ['0 0 1 1 *', '2020-01-01T00:00:00Z', '2026-07-09T14:45:30Z', '2026-01-01T00:00:00Z'],
    ['* * 1 1 *', '2020-01-01T00:00:00Z', '2026-07-09T14:45:30Z', '2026-01-01T23:59:00Z'],
    ['@every 7m', '2026-07-09T14:00:10Z', '2026-07-09T14:45:30Z', '2026-07-09T14:42:10Z'],
  ])('of "%s" since %s, at %s, is %s', (text, first, now, expected) => {
    const found = latestTime(schedule(text), Date.parse(first), Date.parse(now), zoneOf());
    expect(shown(found, 'UTC')).toBe(expected);
  });
});
