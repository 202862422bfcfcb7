/** https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions */
import { define, type Overload, traversal } from '../functions.ts';
import { compare, equals, isMap, type Meter } from '../operations.ts';
import { durationOf, timestampOf } from '../times.ts';
import {
  bool,
  bytes,
  double,
  duration,
  int,
  listOf,
  mapOf,
  optionalOf,
  parameter,
  string,
  type Type,
  timestamp,
  uint,
} from '../types.ts';
import {
  type Duration,
  EvaluationError,
  JoinedList,
  type Keyed,
  List,
  none,
  noSuchKey,
  noSuchOverload,
  Optional,
  type Timestamp,
  Uint,
  type Value,
} from '../values.ts';

const [least, most] = [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn];

function int64(value: bigint): bigint {
  if (value < least || value > most) throw new EvaluationError('integer overflow');
  return value;
}

function nonZero(divisor: bigint, what: string): bigint {
  if (divisor === 0n) throw new EvaluationError(`${what} by zero`);
  return divisor;
}

const integers: readonly Overload[] = [
  define<[bigint, bigint]>('_+_', [int, int], int, (left, right) => int64(left + right)),
  define<[bigint, bigint]>('_-_', [int, int], int, (left, right) => int64(left - right)),
  define<[bigint, bigint]>('_*_', [int, int], int, (left, right) => int64(left * right)),
  define<[bigint, bigint]>('_/_', [int, int], int, (left, right) => int64(left / nonZero(right, 'division'))),
  define<[bigint, bigint]>('_%_', [int, int], int, (left, right) => int64(left % nonZero(right, 'modulus'))),
  define<[bigint]>('-_', [int], int, (value) => int64(-value)),
  define<[Uint, Uint]>('_+_', [uint, uint], uint, (left, right) => new Uint(left.value + right.value)),
  define<[Uint, Uint]>('_-_', [uint, uint], uint, (left, right) => new Uint(left.value - right.value)),
  define<[Uint, Uint]>('_*_', [uint, uint], uint, (left, right) => new Uint(left.value * right.value)),
  define<[Uint, Uint]>('_/_', [uint, uint], uint, (a, b) => new Uint(a.value / nonZero(b.value, 'division'))),
  define<[Uint, Uint]>('_%_', [uint, uint], uint, (a, b) => new Uint(a.value % nonZero(b.value, 'modulus'))),
];

const doubles: readonly Overload[] = [
  define<[number, number]>('_+_', [double, double], double, (left, right) => left + right),
  define<[number, number]>('_-_', [double, double], double, (left, right) => left - right),
  define<[number, number]>('_*_', [double, double], double, (left, right) => left * right),
  define<[number, number]>('_/_', [double, double], double, (left, right) => left / right),
  define<[number]>('-_', [double], double, (value) => -value),
];

const times: readonly Overload[] = [
  define<[Timestamp, Duration]>('_+_', [timestamp, duration], timestamp, (at, by) => timestampOf(at.nanos + by.nanos)),
  define<[Duration, Timestamp]>('_+_', [duration, timestamp], timestamp, (by, at) => timestampOf(at.nanos + by.nanos)),
  define<[Duration, Duration]>('_+_', [duration, duration], duration, (a, b) => durationOf(a.nanos + b.nanos)),
  define<[Timestamp, Duration]>('_-_', [timestamp, duration], timestamp, (at, by) => timestampOf(at.nanos - by.nanos)),
  define<[Timestamp, Timestamp]>('_-_', [timestamp, timestamp], duration, (a, b) => durationOf(a.nanos - b.nanos)),
  define<[Duration, Duration]>('_-_', [duration, duration], duration, (a, b) => durationOf(a.nanos - b.nanos)),
];

const [a, b] = [parameter('A'), parameter('B')];
const listOfA = listOf(a);

const bothTraversed = { of: ([left = 0, right = 0]: readonly number[]) => traversal(left + right) };
const added = {
  result: ([left, right]: readonly { least: number; most: number }[]) => ({
    least: (left?.least ?? 0) + (right?.least ?? 0),
    most: (left?.most ?? 0) + (right?.most ?? 0),
  }),
};

function joinedTexts(left: string, right: string, meter: Meter): string {
  meter.make(left.length + right.length);
  return left + right;
}

function joinedBytes(left: Uint8Array, right: Uint8Array, meter: Meter): Uint8Array {
  meter.make(left.length + right.length);
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

const concatenations: readonly Overload[] = [
  define<[string, string]>('_+_', [string, string], string, joinedTexts, { ...bothTraversed, ...added }),
  define<[Uint8Array, Uint8Array]>('_+_', [bytes, bytes], bytes, joinedBytes, { ...bothTraversed, ...added }),
  define<[List, List]>('_+_', [listOfA, listOfA], listOfA, (left, right) => new JoinedList(left, right), added),
];

/** A tenth of the smaller one. */
const compared = { of: ([left = 1, right = 1]: readonly number[]) => traversal(Math.min(left, right)) };

type Test = (order: number) => boolean;
const tests: readonly (readonly [string, Test])[] = [
  ['_<_', (order) => order < 0],
  ['_<=_', (order) => order <= 0],
  ['_>_', (order) => order > 0],
  ['_>=_', (order) => order >= 0],
];
const numbers: readonly Type[] = [int, uint, double];
const ordered: readonly (readonly [Type, Type])[] = [
  ...numbers.flatMap((left) => numbers.map((right) => [left, right] as const)),
  ...[bool, string, bytes, timestamp, duration].map((type) => [type, type] as const),
];
const isNaNumber = (value: Value): boolean => typeof value === 'number' && Number.isNaN(value);

const orders: readonly Overload[] = tests.flatMap(([name, test]) =>
  ordered.map(([left, right]) => {
    const cost = left.kind === 'string' || left.kind === 'bytes' ? compared : {};
    return define<[Value, Value]>(
      name,
      [left, right],
      bool,
      (one, other) => !isNaNumber(one) && !isNaNumber(other) && test(compare(one, other)),
      cost,
    );
  }),
);

const equality: readonly Overload[] = [
  define<[Value, Value]>('_==_', [a, a], bool, equals, compared),
  define<[Value, Value]>('_!=_', [a, a], bool, (left, right, meter) => !equals(left, right, meter), compared),
  define<[boolean]>('!_', [bool], bool, (value) => !value),
];

function includes(value: Value, list: List, meter: Meter): boolean {
  for (const item of list) if (equals(item, value, meter)) return true;
  return false;
}

const membership: readonly Overload[] = [
  define<[Value, List]>('@in', [a, listOfA], bool, includes, { of: ([, size = 0]) => size }),
  define<[Value, Value & Keyed]>('@in', [a, mapOf(a, b)], bool, (key, map) => map.get(key) !== undefined),
];

function positionOf(index: Value): number {
  if (typeof index === 'bigint') return Number(index);
  if (index instanceof Uint) return Number(index.value);
  if (typeof index === 'number' && Number.isInteger(index)) return index;
  throw noSuchOverload();
}

const has = (list: List, position: number): boolean => position >= 0 && position < list.size;

function itemAt(list: List, index: Value): Value {
  const position = positionOf(index);
  if (!has(list, position)) throw new EvaluationError(`index out of bounds: ${position}`);
  return list.at(position);
}

function valueAt(map: Keyed, key: Value): Value {
  const found = map.get(key);
  if (found === undefined) throw noSuchKey(key instanceof Uint ? key.value : key);
  return found;
}

/** Of something that may not be there. */
function maybeAt(from: Value, index: Value): Optional {
  const inner = from instanceof Optional ? from.value : from;
  if (inner === undefined) return none;
  if (inner instanceof List) {
    const position = positionOf(index);
    return has(inner, position) ? new Optional(inner.at(position)) : none;
  }
  if (!isMap(inner)) throw noSuchOverload();
  const found = inner.get(index);
  return found === undefined ? none : new Optional(found);
}

const mapOfAB = mapOf(a, b);
const access: readonly Overload[] = [
  define<[List, Value]>('_[_]', [listOfA, int], a, itemAt),
  define<[Value & Keyed, Value]>('_[_]', [mapOfAB, a], b, valueAt),
  define<[Value, Value]>('_[_]', [optionalOf(listOfA), int], optionalOf(a), maybeAt),
  define<[Value, Value]>('_[_]', [optionalOf(mapOfAB), a], optionalOf(b), maybeAt),
  define<[Value, Value]>('_[?_]', [listOfA, int], optionalOf(a), maybeAt),
  define<[Value, Value]>('_[?_]', [mapOfAB, a], optionalOf(b), maybeAt),
  define<[Value, Value]>('_[?_]', [optionalOf(listOfA), int], optionalOf(a), maybeAt),
  define<[Value, Value]>('_[?_]', [optionalOf(mapOfAB), a], optionalOf(b), maybeAt),
];

export const operators: readonly Overload[] = [
  ...integers,
  ...doubles,
  ...times,
  ...concatenations,
  ...orders,
  ...equality,
  ...membership,
  ...access,
];
