/** The parts of timestamps and durations. https://github.com/google/cel-spec/blob/master/doc/langdef.md#timestamps */
import { method, type Overload } from '../functions.ts';
import { type Moment, momentOf } from '../times.ts';
import { duration, int, string, timestamp } from '../types.ts';
import type { Duration, Timestamp } from '../values.ts';

const parts: Readonly<Record<string, (moment: Moment) => number>> = {
  getFullYear: ({ year }) => year,
  getMonth: ({ month }) => month,
  getDate: ({ day }) => day,
  getDayOfMonth: ({ day }) => day - 1,
  getDayOfWeek: ({ weekday }) => weekday,
  getDayOfYear: ({ dayOfYear }) => dayOfYear,
  getHours: ({ hour }) => hour,
  getMinutes: ({ minute }) => minute,
  getSeconds: ({ second }) => second,
  getMilliseconds: ({ millisecond }) => millisecond,
};

const units: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
};

export const dates: readonly Overload[] = [
  ...Object.entries(parts).flatMap(([name, read]) => [
    method<[Timestamp]>(name, [timestamp], int, (at) => BigInt(read(momentOf(at)))),
    method<[Timestamp, string]>(name, [timestamp, string], int, (at, zone) => BigInt(read(momentOf(at, zone)))),
  ]),
  ...Object.entries(units).map(([name, unit]) =>
    method<[Duration]>(name, [duration], int, ({ nanos }) => nanos / unit),
  ),
  method<[Duration]>('getMilliseconds', [duration], int, ({ nanos }) => (nanos / 1_000_000n) % 1000n),
];
