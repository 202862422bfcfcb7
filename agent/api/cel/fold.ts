/**
 * Macros that go over lists and maps. Their costs are those of the loops that upstream makes of them: what they ask
 * before an item, and what they do with it.
 */
import type { Steps } from '../json/steps.ts';
import type { CheckedFold } from './checked.ts';
import type { FoldName } from './expression.ts';
import type { Frame } from './frame.ts';
import { isMap } from './operations.ts';
import { compile, evaluate, inSteps, type Piece, type Slots, withSlots } from './program.ts';
import { EntryMap, EvaluationError, List, noSuchOverload, type Value } from './values.ts';

/** In upstream's units: before the first item, of each item, more of each that is taken, and at the end. */
export interface FoldCost {
  readonly start: number;
  readonly each: number;
  readonly taken: number;
  readonly end: number;
}

const ofList = (isFiltered: boolean): FoldCost =>
  isFiltered ? { start: 10, each: 1, taken: 11, end: 1 } : { start: 10, each: 0, taken: 12, end: 1 };
const ofMap: FoldCost = { start: 30, each: 1, taken: 1, end: 1 };

export function foldCost(name: FoldName, isFiltered: boolean): FoldCost {
  switch (name) {
    case 'all':
      return { start: 0, each: 3, taken: 0, end: 1 };
    case 'exists':
      return { start: 0, each: 4, taken: 0, end: 1 };
    case 'exists_one':
      return { start: 0, each: 1, taken: 1, end: 2 };
    case 'filter':
      return { start: 10, each: 1, taken: 12, end: 1 };
    case 'map':
    case 'transformList':
      return ofList(isFiltered);
    default:
      return ofMap;
  }
}

/** What a macro makes of the items, one after the other. */
interface Collector {
  /** Whether it is done. */
  take(item: Item): boolean;
  result(): Value;
}

interface Item {
  readonly first: Value;
  readonly second: Value | undefined;
  /** Undefined where there is no predicate; an error where it failed. */
  readonly passed: Value | EvaluationError | undefined;
  readonly transformed: Value | undefined;
}

/** One that decides makes good for the errors of all others. */
function quantifier(decisive: boolean): Collector {
  let failure: EvaluationError | undefined;
  let isDecided = false;
  return {
    take: ({ passed }) => {
      if (passed instanceof EvaluationError) failure ??= passed;
      else if (typeof passed !== 'boolean') failure ??= noSuchOverload();
      isDecided = passed === decisive;
      return isDecided;
    },
    result: () => {
      if (!isDecided && failure) throw failure;
      return isDecided ? decisive : !decisive;
    },
  };
}

function onlyOne(): Collector {
  let count = 0;
  return {
    take: ({ passed }) => {
      if (passed === true) count += 1;
      return false;
    },
    result: () => count === 1,
  };
}

function listOf(value: (item: Item) => Value): Collector {
  const values: Value[] = [];
  return {
    take: (item) => {
      if (item.passed !== false) values.push(value(item));
      return false;
    },
    result: () => new List(values),
  };
}

function mapOf(add: (map: EntryMap, item: Item) => void): Collector {
  const map = new EntryMap();
  return {
    take: (item) => {
      if (item.passed !== false) add(map, item);
      return false;
    },
    result: () => map,
  };
}

function addEntries(map: EntryMap, { transformed }: Item): void {
  if (transformed === undefined || !isMap(transformed)) throw noSuchOverload();
  for (const key of transformed.keys()) map.add(key, transformed.get(key) ?? null);
}

const collectors: Readonly<Record<FoldName, () => Collector>> = {
  all: () => quantifier(false),
  exists: () => quantifier(true),
  exists_one: onlyOne,
  filter: () => listOf(({ first }) => first),
  map: () => listOf(({ transformed = null }) => transformed),
  transformList: () => listOf(({ transformed = null }) => transformed),
  transformMap: () => mapOf((map, { first, transformed = null }) => map.add(first, transformed)),
  transformMapEntry: () => mapOf(addEntries),
};

/** The values of the variables, one pair for each item. */
function* itemsOf(range: Value, isPair: boolean): Generator<readonly [Value, Value | undefined]> {
  if (range instanceof List) {
    for (let index = 0; index < range.size; index += 1) {
      yield isPair ? [BigInt(index), range.at(index)] : [range.at(index), undefined];
    }
  } else if (isMap(range)) {
    for (const key of range.keys()) yield [key, isPair ? (range.get(key) ?? null) : undefined];
  } else throw noSuchOverload();
}

export function compileFold(node: CheckedFold, slots: Slots): Piece {
  const { name, variables, predicate, transform } = node;
  const { inside, at } = withSlots(slots, variables);
  const range = compile(node.range, slots);
  const test = predicate && compile(predicate, inside);
  const change = transform && compile(transform, inside);
  const isPair = variables.length === 2;
  const isQuantifier = name === 'all' || name === 'exists';
  const { start, each, taken, end } = foldCost(name, test !== undefined);

  function* tested(frame: Frame): Steps<Value | EvaluationError | undefined> {
    if (!test) return undefined;
    try {
      const passed = yield* evaluate(test, frame);
      if (typeof passed !== 'boolean') throw noSuchOverload();
      return passed;
    } catch (error) {
      if (isQuantifier && error instanceof EvaluationError) return error;
      throw error;
    }
  }

  return inSteps(function* (frame) {
    const all = yield* evaluate(range, frame);
    frame.spend(start);
    const collector = collectors[name]();
    for (const [first, second] of itemsOf(all, isPair)) {
      if (frame.isDue()) yield;
      frame.slots[at] = first;
      if (second !== undefined) frame.slots[at + 1] = second;
      frame.spend(each);
      const passed = yield* tested(frame);
      const isTaken = passed === undefined || passed === true;
      if (isTaken) frame.spend(taken);
      const transformed = isTaken && change ? yield* evaluate(change, frame) : undefined;
      if (collector.take({ first, second, passed, transformed })) break;
    }
    frame.spend(end);
    return collector.result();
  });
}
