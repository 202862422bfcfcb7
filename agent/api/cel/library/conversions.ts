/** https://github.com/google/cel-spec/blob/master/doc/langdef.md#type-conversion-functions */
import { define, type Overload, once, sameSize } from '../functions.ts';
import { typeNameOf } from '../operations.ts';
import { durationText, parseDuration, parseTimestamp, timestampOf, timestampText } from '../times.ts';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  parameter,
  string,
  type Type,
  timestamp,
  typeType,
  uint,
} from '../types.ts';
import { type Duration, EvaluationError, type Timestamp, TypeValue, Uint, type Value } from '../values.ts';

const second = 1_000_000_000n;

function toInt(value: number): bigint {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new EvaluationError('integer overflow');
  return BigInt(Math.trunc(value));
}

function parseInteger(text: string): bigint {
  const isInteger = text.length <= 32 && /^[+-]?\d+$/.test(text);
  if (!isInteger) throw new EvaluationError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text.replace(/^\+/, ''));
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return value;
  throw new EvaluationError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
}

function parseDouble(text: string): number {
  const isNumber = text.length <= 400 && /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
  if (isNumber) return Number(text);
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  throw new EvaluationError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

function parseTruth(text: string): boolean {
  const value = Object.hasOwn(truths, text) ? truths[text] : undefined;
  if (value === undefined) {
    throw new EvaluationError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return value;
}

/** As Go prints it with `%g`, in the shortest way. */
function doubleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(value);
}

function textOf(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch (error) {
    if (error instanceof TypeError) throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
    throw error;
  }
}

/** Of numbers and the like, whose texts are short. */
const short = { result: () => ({ least: 0, most: 40 }) };

const same = (name: string, type: Type): Overload => define<[Value]>(name, [type], type, (value) => value);

export const conversions: readonly Overload[] = [
  same('bool', bool),
  same('int', int),
  same('uint', uint),
  same('double', double),
  same('string', string),
  same('bytes', bytes),
  same('timestamp', timestamp),
  same('duration', duration),
  define<[Value]>('dyn', [parameter('A')], dyn, (value) => value, { result: sameSize }),
  define<[Value]>('type', [parameter('A')], typeType, (value) => new TypeValue(typeNameOf(value))),
  define<[string]>('bool', [string], bool, parseTruth),
  define<[number]>('int', [double], int, toInt),
  define<[Uint]>('int', [uint], int, ({ value }) => {
    if (value >= 2n ** 63n) throw new EvaluationError('integer overflow');
    return value;
  }),
  define<[string]>('int', [string], int, parseInteger),
  define<[Timestamp]>('int', [timestamp], int, ({ nanos }) => nanos / second),
  define<[Duration]>('int', [duration], int, ({ nanos }) => nanos),
  define<[bigint]>('uint', [int], uint, (value) => new Uint(value)),
  define<[number]>('uint', [double], uint, (value) => {
    if (!(value >= 0 && value < 2 ** 64)) throw new EvaluationError('unsigned integer overflow');
    return new Uint(BigInt(Math.trunc(value)));
  }),
  define<[string]>('uint', [string], uint, (text) => {
    if (text.length > 32 || !/^\d+$/.test(text)) {
      throw new EvaluationError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
    }
    return new Uint(BigInt(text));
  }),
  define<[bigint]>('double', [int], double, (value) => Number(value)),
  define<[Uint]>('double', [uint], double, ({ value }) => Number(value)),
  define<[string]>('double', [string], double, parseDouble),
  define<[boolean]>('string', [bool], string, (value) => String(value), short),
  define<[bigint]>('string', [int], string, (value) => String(value), short),
  define<[Uint]>('string', [uint], string, ({ value }) => String(value), short),
  define<[number]>('string', [double], string, doubleText, short),
  define<[Uint8Array]>('string', [bytes], string, textOf, { ...once, result: sameSize }),
  define<[Timestamp]>('string', [timestamp], string, timestampText, short),
  define<[Duration]>('string', [duration], string, durationText, short),
  define<[string]>('bytes', [string], bytes, (text) => new TextEncoder().encode(text), {
    ...once,
    result: ([size]) => ({ least: size?.least ?? 0, most: 4 * (size?.most ?? Number.POSITIVE_INFINITY) }),
  }),
  define<[string]>('timestamp', [string], timestamp, parseTimestamp),
  define<[bigint]>('timestamp', [int], timestamp, (seconds) => timestampOf(seconds * second)),
  define<[string]>('duration', [string], duration, parseDuration),
  define<[bigint]>('duration', [int], duration, (nanos) => parseDuration(`${nanos}ns`)),
];
