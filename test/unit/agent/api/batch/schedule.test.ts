import { expect, it } from 'vitest';
import { scheduleProblem } from '../../../../../agent/api/batch/schedule.ts';
import { timeZoneProblems } from '../../../../../agent/api/batch/time-zone.ts';

it.each([
  '* * * * *',
  '*/5 0-6/2 1,15 jan-MAR mon',
  '0 0 ? * ?',
  '5/15 * * * *',
  '@yearly',
  '@midnight',
  '@every 1h30m',
  'TZ=Europe/Zurich 0 6 * * *',
  'CRON_TZ=UTC @daily',
])('%j is a schedule', (schedule) => {
  expect(scheduleProblem(schedule)).toBeUndefined();
});

/** Messages of https://github.com/robfig/cron/blob/v3.0.1/parser_test.go and the parser itself. */
it.each([
  ['', 'empty spec string'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@often', 'unrecognized descriptor: @often'],
  ['@every day', 'failed to parse duration @every day: time: invalid duration "day"'],
])('%j is none: %s', (schedule, problem) => {
  expect(scheduleProblem(schedule)).toBe(problem);
});

it('says what is wrong with a schedule of any length at once', () => {
  expect(scheduleProblem('1,'.repeat(1_000_000))).toBe('must be no more than 10000 characters');
});

it.each(['UTC', 'Etc/UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires', 'GMT'])('%s is a time zone', (name) => {
  expect(timeZoneProblems(name)).toEqual([]);
});

it.each([
  ['', ['timeZone must be nil or non-empty string']],
  ['Mars/Base', ['unknown time zone Mars/Base']],
  ['europe/zurich', ['unknown time zone europe/zurich']],
  ['+02:00', ['unknown time zone +02:00']],
  ['../UTC', ['unknown time zone ../UTC']],
  ['Local', ['timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones']],
])('%j is no time zone', (name, problems) => {
  expect(timeZoneProblems(name)).toEqual(problems);
});
