/** What any two values can be asked. https://github.com/google/cel-spec/blob/master/doc/langdef.md#equality */
import {
  ConstructedValue,
  Duration,
  EntryMap,
  JsonMap,
  type Keyed,
  List,
  noSuchOverload,
  ObjectValue,
  OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** Counts what costs do not: the parts of values that are looked at. Throws where they are too many. */
export interface Meter {
  work(parts: number): void;
  /** Asked before a text or bytes of this length are made. Throws where nobody could have sent such a one. */
  make(length: number): void;
}

type Numeric = bigint | number | Uint;
export const isNumeric = (value: Value): value is Numeric =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
const plain = (value: Numeric): bigint | number => (value instanceof Uint ? value.value : value);

export const isMap = (value: Value): value is JsonMap | EntryMap =>
  value instanceof JsonMap || value instanceof EntryMap;

/** A bigint and a number of the same value are equal, which `===` denies. */
const sameNumbers = (left: bigint | number, right: bigint | number): boolean => left <= right && left >= right;

/** Where they differ first; the length of the shorter one where they do not. */
function firstDifference(left: Uint8Array, right: Uint8Array): number {
  const most = Math.min(left.length, right.length);
  for (let at = 0; at < most; at += 1) if (left[at] !== right[at]) return at;
  return most;
}

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && firstDifference(left, right) === left.length;

function sameLists(left: List, right: List, meter: Meter): boolean {
  if (left.size !== right.size) return false;
  for (let index = 0; index < left.size; index += 1) {
    if (!equals(left.at(index), right.at(index), meter)) return false;
  }
  return true;
}

/** To look a key up takes longer than to compare two values. */
const perEntry = 2;

function sameMaps(left: Keyed, right: Keyed, meter: Meter): boolean {
  if (left.size !== right.size) return false;
  for (const key of left.keys()) {
    meter.work(perEntry);
    const [mine, other] = [left.get(key), right.get(key)];
    if (mine === undefined || other === undefined || !equals(mine, other, meter)) return false;
  }
  return true;
}

/** Values of different types are not equal, but for numbers. */
export function equals(left: Value, right: Value, meter: Meter): boolean {
  meter.work(1);
  if (left === right) return true;
  if (isNumeric(left)) return isNumeric(right) && sameNumbers(plain(left), plain(right));
  if (left instanceof List) return right instanceof List && sameLists(left, right, meter);
  if (isMap(left)) return isMap(right) && sameMaps(left, right, meter);
  if (left instanceof ObjectValue) return right instanceof ObjectValue && left.isSame(right);
  if (left instanceof ConstructedValue) {
    return right instanceof ConstructedValue && left.typeName === right.typeName && sameMaps(left, right, meter);
  }
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && sameBytes(left, right);
  if (left instanceof OpaqueValue) {
    return right instanceof OpaqueValue && left.typeName === right.typeName && left.equals(right);
  }
  if (left instanceof Optional) {
    if (!(right instanceof Optional)) return false;
    return left.value === undefined || right.value === undefined
      ? left.value === right.value
      : equals(left.value, right.value, meter);
  }
  return false;
}

const order = <T>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

/** So many units are compared one by one; before that whole parts are, which the engine does a hundred times faster. */
const oneByOne = 64;

/** From where on they may differ. */
function sameUpTo(left: string, right: string, most: number): number {
  let [from, to] = [0, most];
  while (to - from > oneByOne) {
    const middle = (from + to) >> 1;
    if (left.slice(from, middle) === right.slice(from, middle)) from = middle;
    else to = middle;
  }
  return from;
}

/** As Go compares texts: by code points, which are in the order of their bytes. */
export function compareTexts(left: string, right: string): number {
  const most = Math.min(left.length, right.length);
  for (let at = sameUpTo(left, right, most); at < most; at += 1) {
    const [mine, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (mine === other) continue;
    const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    return isHigh(mine) === isHigh(other) ? order(mine, other) : isHigh(mine) ? 1 : -1;
  }
  return order(left.length, right.length);
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const at = firstDifference(left, right);
  const isPrefix = at === Math.min(left.length, right.length);
  return isPrefix ? order(left.length, right.length) : order(left[at] ?? 0, right[at] ?? 0);
}

/** Negative, zero or positive. Throws where values of these types have no order. */
export function compare(left: Value, right: Value): number {
  if (isNumeric(left) && isNumeric(right)) return order<bigint | number>(plain(left), plain(right));
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return order(left, right);
  if (left instanceof Timestamp && right instanceof Timestamp) return order(left.nanos, right.nanos);
  if (left instanceof Duration && right instanceof Duration) return order(left.nanos, right.nanos);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  throw noSuchOverload();
}

/**
 * What `size()` says, but of texts: that counts code units, which is enough for what work costs. 1 for what has none.
 */
export function roughSize(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (value instanceof List || isMap(value)) return value.size;
  return 1;
}

export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof List) return 'list';
  if (isMap(value)) return 'map';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  return value instanceof ObjectValue ? value.type.name : value.typeName;
}
