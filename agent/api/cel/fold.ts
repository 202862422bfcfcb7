/**
 * Macros that go over lists and maps. Their costs are those of the loops that upstream makes of them: what they ask
 * before an item, and what they do with it.
 */
import type { Steps } from '../json/steps.ts';
import type { Checked, CheckedFold } from './checked.ts';
import type { FoldName } from './expression.ts';
import type { Frame } from './frame.ts';
import { isMap } from './operations.ts';
import { evaluate, inSteps, type Piece, type Slots, withSlots } from './piece.ts';
import { EntryMap, EvaluationError, List, listFrom, noSuchOverload, type Value } from './values.ts';

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
    result: () => listFrom(values),
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

/** What a range has, one after the other. */
interface Source {
  readonly count: number;
  /** The values of the variables. */
  at(index: number): readonly [Value, Value | undefined];
}

function sourceOf(range: Value, isPair: boolean): Source {
  if (range instanceof List) {
    const pair = (index: number) => [BigInt(index), range.at(index)] as const;
    return { count: range.size, at: isPair ? pair : (index) => [range.at(index), undefined] };
  }
  if (!isMap(range)) throw noSuchOverload();
  const keys = [...range.keys()];
  return {
    count: keys.length,
    at: (index) => {
      const key = keys[index] ?? null;
      return [key, isPair ? (range.get(key) ?? null) : undefined];
    },
  };
}

type Passed = Item['passed'];

const isTaken = (passed: Passed): boolean => passed === undefined || passed === true;

function checkedBool(passed: Value): boolean {
  if (typeof passed !== 'boolean') throw noSuchOverload();
  return passed;
}

export function compileFold(node: CheckedFold, slots: Slots, compile: (part: Checked, inside: Slots) => Piece): Piece {
  const { name, variables, predicate, transform } = node;
  const { inside, at } = withSlots(slots, variables);
  const range = compile(node.range, slots);
  const test = predicate && compile(predicate, inside);
  const change = transform && compile(transform, inside);
  const isPair = variables.length === 2;
  const absorbs = name === 'all' || name === 'exists';
  const { start, each, taken, end } = foldCost(name, test !== undefined);

  const failed = (error: unknown): EvaluationError => {
    if (absorbs && error instanceof EvaluationError) return error;
    throw error;
  };
  const testedAtOnce = (piece: Piece & { loops: false }, frame: Frame): Passed => {
    try {
      return checkedBool(piece.run(frame));
    } catch (error) {
      return failed(error);
    }
  };
  function* testedInSteps(piece: Piece, frame: Frame): Steps<Passed> {
    try {
      return checkedBool(yield* evaluate(piece, frame));
    } catch (error) {
      return failed(error);
    }
  }

  return inSteps(function* (frame) {
    const source = sourceOf(yield* evaluate(range, frame), isPair);
    frame.spend(start);
    const collector = collectors[name]();
    for (let index = 0; index < source.count; index += 1) {
      if (frame.isDue()) yield;
      const [first, second] = source.at(index);
      frame.slots[at] = first;
      if (second !== undefined) frame.slots[at + 1] = second;
      frame.spend(each);
      const passed = test && (test.loops ? yield* testedInSteps(test, frame) : testedAtOnce(test, frame));
      const transformed = isTaken(passed) && change ? yield* evaluate(change, frame) : undefined;
      if (isTaken(passed)) frame.spend(taken);
      if (collector.take({ first, second, passed, transformed })) break;
    }
    frame.spend(end);
    return collector.result();
  });
}
