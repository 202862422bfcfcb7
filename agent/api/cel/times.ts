/**
 * Timestamps and durations, exact to the nanosecond.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#timestamps
 */
import { messageOf } from '../errors.ts';
import { parseGoDuration } from '../go-duration.ts';
import { Duration, EvaluationError, Timestamp } from './values.ts';

const second = 1_000_000_000n;
const [firstTime, lastTime] = [-62_135_596_800n * second, 253_402_300_799n * second + (second - 1n)];

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

export function timestampOf(nanos: bigint): Timestamp {
  if (nanos < firstTime || nanos > lastTime) throw new EvaluationError('timestamp overflow');
  return new Timestamp(nanos);
}

/** Of RFC 3339. */
export function parseTimestamp(text: string): Timestamp {
  const match = text.length <= 64 ? rfc3339.exec(text) : null;
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match ?? [];
  const milliseconds = match ? Date.parse(`${date}T${time}${zone.toUpperCase()}`) : Number.NaN;
  const isReal = match && new Date(Date.parse(`${date}T${time}Z`)).toISOString().startsWith(`${date}T${time}`);
  if (!isReal || Number.isNaN(milliseconds)) {
    throw new EvaluationError(`parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse`);
  }
  return timestampOf(BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0') || '0'));
}

/** The nanoseconds of a second, as its fraction without trailing zeros. */
function fractionText(nanos: bigint): string {
  const digits = String(nanos).padStart(9, '0');
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/** RFC 3339, in UTC. */
export function timestampText({ nanos }: Timestamp): string {
  const seconds = nanos >= 0n ? nanos / second : -((-nanos + second - 1n) / second);
  const rest = nanos - seconds * second;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = rest === 0n ? '' : `.${fractionText(rest)}`;
  return `${whole}${fraction}Z`;
}

export function durationOf(nanos: bigint): Duration {
  if (nanos > 0x7fff_ffff_ffff_ffffn || nanos < -0x8000_0000_0000_0000n) throw new EvaluationError('duration overflow');
  return new Duration(nanos);
}

export function parseDuration(text: string): Duration {
  try {
    return new Duration(parseGoDuration(text));
  } catch (error) {
    throw new EvaluationError(messageOf(error));
  }
}

/** `3600s`, `1.5s`. */
export function durationText({ nanos }: Duration): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const rest = fractionText(magnitude % second);
  return `${nanos < 0n ? '-' : ''}${magnitude / second}${rest ? `.${rest}` : ''}s`;
}

/** The parts of a moment where somebody is, by what expressions call them. */
export interface Moment {
  year: number;
  /** From 0. */
  month: number;
  /** From 1. */
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Sunday is 0. */
  weekday: number;
  /** From 0. */
  dayOfYear: number;
}

/** `zone`: a name such as `Europe/Berlin`, or `+02:00`. */
function offsetMilliseconds(date: Date, zone: string): number {
  const fixed = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    return (fixed[1] === '-' ? -minutes : minutes) * 60_000;
  }
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(date);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
      /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name) ?? [];
    const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return (sign === '-' ? -total : total) * 1000;
  } catch (error) {
    if (error instanceof RangeError) throw new EvaluationError(`unknown time zone ${zone}`);
    throw error;
  }
}

export function momentOf({ nanos }: Timestamp, zone = 'UTC'): Moment {
  const milliseconds = nanos >= 0n ? nanos / 1_000_000n : -((-nanos + 999_999n) / 1_000_000n);
  const date = new Date(Number(milliseconds));
  const local = zone === 'UTC' || zone === '' ? date : new Date(date.getTime() + offsetMilliseconds(date, zone));
  const year = local.getUTCFullYear();
  const newYear = new Date(0).setUTCFullYear(year, 0, 1);
  return {
    year,
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
    weekday: local.getUTCDay(),
    dayOfYear: Math.floor((local.getTime() - newYear) / 86_400_000),
  };
}
