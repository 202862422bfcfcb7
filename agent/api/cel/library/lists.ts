/**
 * Functions of lists, maps and sets.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/lists.go,
 * https://pkg.go.dev/github.com/google/cel-go/ext#Lists (version 3) and
 * https://pkg.go.dev/github.com/google/cel-go/ext#Sets
 */
import { type Cost, define, method, type Overload, type Size, traversal } from '../functions.ts';
import { compare, equals, isNumeric, type Meter } from '../operations.ts';
import { durationOf } from '../times.ts';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  listOf,
  mapOf,
  parameter,
  string,
  type Type,
  timestamp,
  uint,
} from '../types.ts';
import {
  Duration,
  EvaluationError,
  identityOf,
  type Keyed,
  List,
  listFrom,
  noSuchOverload,
  Uint,
  type Value,
} from '../values.ts';

const a = parameter('A');
const listOfA = listOf(a);
const unknown: Size = { least: 0, most: Number.POSITIVE_INFINITY };

/** Once over all items; texts cost what their length does. */
const overItems: Cost = {
  run: ([list], meter) => {
    let cost = 0;
    if (!(list instanceof List)) return cost;
    meter.work(2 * list.size);
    for (let index = 0; index < list.size; index += 1) {
      const item = list.at(index);
      cost += typeof item === 'string' ? traversal(item.length) : 1;
    }
    return cost;
  },
  estimate: ([list = 0], [item = 0]) => list * (1 + traversal(item)),
};

function isSorted(list: List): boolean {
  for (let index = 1; index < list.size; index += 1) if (compare(list.at(index - 1), list.at(index)) > 0) return false;
  return true;
}

function extreme(name: string, sign: number): (list: List) => Value {
  return (list) => {
    let best: Value | undefined;
    for (let index = 0; index < list.size; index += 1) {
      const item = list.at(index);
      if (best === undefined || compare(item, best) * sign > 0) best = item;
    }
    if (best === undefined) throw new EvaluationError(`${name} called on empty list`);
    return best;
  };
}

type Add = (sum: Value, item: Value) => Value;
const limited = (value: bigint): bigint => {
  if (value >= 2n ** 63n || value < -(2n ** 63n)) throw new EvaluationError('integer overflow');
  return value;
};
const additions: readonly (readonly [Type, Value, Add])[] = [
  [int, 0n, (sum, item) => limited((sum as bigint) + (item as bigint))],
  [uint, new Uint(0n), (sum, item) => new Uint((sum as Uint).value + (item as Uint).value)],
  [double, 0, (sum, item) => (sum as number) + (item as number)],
  [duration, new Duration(0n), (sum, item) => durationOf((sum as Duration).nanos + (item as Duration).nanos)],
];

const kindOf = (value: Value): string => (value instanceof Object ? value.constructor.name : typeof value);

function summed(zero: Value, add: Add): (list: List) => Value {
  const kind = kindOf(zero);
  return (list) => {
    let sum = zero;
    for (let index = 0; index < list.size; index += 1) {
      const item = list.at(index);
      if (kindOf(item) !== kind) throw noSuchOverload();
      sum = add(sum, item);
    }
    return sum;
  };
}

function position(list: List, wanted: Value, meter: Meter): bigint {
  for (let index = 0; index < list.size; index += 1) if (equals(list.at(index), wanted, meter)) return BigInt(index);
  return -1n;
}

function lastPosition(list: List, wanted: Value, meter: Meter): bigint {
  for (let index = list.size - 1; index >= 0; index -= 1) {
    if (equals(list.at(index), wanted, meter)) return BigInt(index);
  }
  return -1n;
}

/** What is equal to one of some values. Numbers, texts and booleans are looked up, all others compared one by one. */
class Membership {
  readonly #simple = new Set<string>();
  readonly #others: Value[] = [];
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  static of(list: List, meter: Meter): Membership {
    const found = new Membership(meter);
    for (const item of list) found.add(item);
    return found;
  }

  add(value: Value): void {
    this.#meter.work(1);
    if (isSimple(value)) this.#simple.add(identityOf(value));
    else this.#others.push(value);
  }

  has(value: Value): boolean {
    this.#meter.work(1);
    if (isSimple(value)) return this.#simple.has(identityOf(value));
    return this.#others.some((each) => equals(each, value, this.#meter));
  }
}

const isSimple = (value: Value): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (isNumeric(value) && !Number.isNaN(value));

const comparable: readonly Type[] = [int, uint, double, bool, duration, timestamp, string, bytes];

const orderly: readonly Overload[] = comparable.flatMap((type) => [
  method<[List]>('isSorted', [listOf(type)], bool, isSorted, overItems),
  method<[List]>('min', [listOf(type)], type, extreme('min', -1), overItems),
  method<[List]>('max', [listOf(type)], type, extreme('max', 1), overItems),
]);

function flattened(list: List, depth: bigint, meter: Meter): List {
  if (depth < 0n) throw new EvaluationError('level must be non-negative');
  const items: Value[] = [];
  const add = (from: List, left: bigint): void => {
    meter.work(3 * from.size);
    for (let index = 0; index < from.size; index += 1) {
      const item = from.at(index);
      if (item instanceof List && left > 0n) add(item, left - 1n);
      else items.push(item);
    }
  };
  add(list, depth);
  return listFrom(items);
}

function slice(list: List, start: bigint, end: bigint): List {
  if (start < 0n || end < 0n) {
    throw new EvaluationError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  }
  if (start > end)
    throw new EvaluationError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > BigInt(list.size)) {
    throw new EvaluationError(`cannot slice(${start}, ${end}), list is length ${list.size}`);
  }
  return listFrom([...list].slice(Number(start), Number(end)));
}

/** Larger ones cost more memory than an expression should have. */
const longestRange = 100_000n;

function range(count: bigint): List {
  if (count > longestRange) throw new EvaluationError(`lists.range(${count}) is too long`);
  return listFrom(Array.from({ length: Math.max(0, Number(count)) }, (_each, index) => BigInt(index)));
}

/** Of those that are equal the first. */
function distinct(list: List, meter: Meter): List {
  const found: Value[] = [];
  const known = new Membership(meter);
  for (const item of list) {
    if (known.has(item)) continue;
    known.add(item);
    found.push(item);
  }
  return listFrom(found);
}

function sorted(list: List, meter: Meter): List {
  meter.work(list.size * 16);
  return listFrom([...list].sort(compare));
}

/** What the macro `sortBy` comes to: `keys` has one for each item. */
function sortedBy(list: List, keys: List, meter: Meter): List {
  meter.work(list.size * 16);
  const pairs = [...list].map((item, index) => ({ item, key: keys.at(index) }));
  return listFrom(pairs.sort((left, right) => compare(left.key, right.key)).map(({ item }) => item));
}

const square: Cost = { of: ([size = 0]) => 1 + size * size, result: ([size = unknown]) => size };
const linear: Cost = { of: ([size = 0]) => 1 + size, result: ([size = unknown]) => size };

const more: readonly Overload[] = [
  method<[List]>('flatten', [listOf(listOfA)], listOfA, (list, meter) => flattened(list, 1n, meter), linear),
  method<[List, bigint]>('flatten', [listOf(dyn), int], listOf(dyn), flattened, linear),
  method<[List, bigint, bigint]>('slice', [listOfA, int, int], listOfA, slice, linear),
  method<[List]>('reverse', [listOfA], listOfA, (list) => listFrom([...list].reverse()), linear),
  method<[List]>('distinct', [listOfA], listOfA, distinct, square),
  method<[List]>('sort', [listOfA], listOfA, sorted, square),
  ...comparable.map((type) =>
    method<[List, List]>('@sortByAssociatedKeys', [listOfA, listOf(type)], listOfA, sortedBy, square),
  ),
  define<[bigint]>('lists.range', [int], listOf(int), range, { run: ([count]) => 1 + Number(count) }),
];

function containsAll(list: List, others: List, meter: Meter): boolean {
  const known = Membership.of(list, meter);
  for (const each of others) if (!known.has(each)) return false;
  return true;
}

function intersects(list: List, others: List, meter: Meter): boolean {
  const known = Membership.of(list, meter);
  for (const each of others) if (known.has(each)) return true;
  return false;
}

const product: Cost = { of: ([left = 0, right = 0]) => 1 + left * right };
const twiceProduct: Cost = { of: ([left = 0, right = 0]) => 1 + 2 * left * right };

const sets: readonly Overload[] = [
  define<[List, List]>('sets.contains', [listOfA, listOfA], bool, containsAll, product),
  define<[List, List]>('sets.intersects', [listOfA, listOfA], bool, intersects, product),
  define<[List, List]>(
    'sets.equivalent',
    [listOfA, listOfA],
    bool,
    (left, right, meter) => containsAll(left, right, meter) && containsAll(right, left, meter),
    twiceProduct,
  ),
];

const mapOfAny = mapOf(a, parameter('B'));

export const lists: readonly Overload[] = [
  define<[List]>('size', [listOfA], int, (list) => BigInt(list.size)),
  method<[List]>('size', [listOfA], int, (list) => BigInt(list.size)),
  define<[Value & Keyed]>('size', [mapOfAny], int, (map) => BigInt(map.size)),
  method<[Value & Keyed]>('size', [mapOfAny], int, (map) => BigInt(map.size)),
  define<[Uint8Array]>('size', [bytes], int, (value) => BigInt(value.length)),
  method<[Uint8Array]>('size', [bytes], int, (value) => BigInt(value.length)),
  ...orderly,
  ...additions.map(([type, zero, add]) => method<[List]>('sum', [listOf(type)], type, summed(zero, add), overItems)),
  method<[List, Value]>('indexOf', [listOfA, a], int, position, overItems),
  method<[List, Value]>('lastIndexOf', [listOfA, a], int, lastPosition, overItems),
  ...more,
  ...sets,
];
