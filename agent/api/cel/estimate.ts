/**
 * The most that an expression may cost, from what types say of the sizes of values.
 * https://github.com/google/cel-go/blob/master/checker/cost.go
 */
import type { Checked, CheckedBind, CheckedCall, CheckedFold } from './checked.ts';
import { foldCost } from './fold.ts';
import type { Size } from './functions.ts';
import { roughSize } from './operations.ts';
import type { Type } from './types.ts';

const unknown: Size = { least: 0, most: Number.POSITIVE_INFINITY };
const exactly = (size: number): Size => ({ least: size, most: size });
const one = exactly(1);

const union = (left: Size, right: Size): Size => ({
  least: Math.min(left.least, right.least),
  most: Math.max(left.most, right.most),
});

/** What is known of a part of an expression. */
interface Estimate {
  readonly cost: number;
  readonly size: Size;
  /** Of the items of a list, or the values of a map. */
  readonly item: Size;
}

type Variables = ReadonlyMap<string, Pick<Estimate, 'size' | 'item'>>;

const scalars: ReadonlySet<Type['kind']> = new Set(['bool', 'int', 'uint', 'double', 'null', 'timestamp', 'duration']);

function sizeOfType(type: Type): Size {
  if ('most' in type && type.most !== undefined) return { least: 0, most: type.most };
  return scalars.has(type.kind) ? one : unknown;
}

const itemOfType = (type: Type): Size =>
  type.kind === 'list' ? sizeOfType(type.item) : type.kind === 'map' ? sizeOfType(type.value) : unknown;

const ofType = (cost: number, type: Type): Estimate => ({ cost, size: sizeOfType(type), item: itemOfType(type) });

/** Zero of something is nothing, however much it may be. */
const times = (count: number, cost: number): number => (count === 0 || cost === 0 ? 0 : count * cost);

function callEstimate({ overloads, type }: CheckedCall, args: readonly Estimate[]): Estimate {
  const [sizes, items] = [args.map(({ size }) => size), args.map(({ item }) => item)];
  const [most, mostItems] = [sizes.map((size) => size.most), items.map((size) => size.most)];
  const before = args.reduce((sum, { cost }) => sum + cost, 0);
  const costs = overloads.map(({ cost }) => cost.estimate?.(most, mostItems) ?? cost.of?.(most) ?? 1);
  const results = overloads.flatMap(({ cost }) => cost.result?.(sizes, items) ?? []);
  const size = results.length > 0 ? results.reduce(union) : sizeOfType(type);
  return { cost: before + Math.max(0, ...costs), size, item: items[0] ?? itemOfType(type) };
}

function foldEstimate(node: CheckedFold, variables: Variables): Estimate {
  const { name, range: ranged, variables: names, predicate, transform, type } = node;
  const range = estimate(ranged, variables);
  const [first, second] = names;
  const isList = ranged.type.kind === 'list';
  const item = { size: range.item, item: ranged.type.kind === 'list' ? itemOfType(ranged.type.item) : unknown };
  const { type: rangeType } = ranged;
  const key = { size: isList ? one : rangeType.kind === 'map' ? sizeOfType(rangeType.key) : unknown, item: unknown };
  const inside = new Map(variables);
  inside.set(first, second === undefined ? (isList ? item : key) : key);
  if (second !== undefined) inside.set(second, item);
  const tested = predicate && estimate(predicate, inside);
  const changed = transform && estimate(transform, inside);
  const { start, each, taken, end } = foldCost(name, predicate !== undefined);
  const perItem = each + taken + (tested?.cost ?? 0) + (changed?.cost ?? 0);
  const cost = range.cost + start + times(range.size.most, perItem) + end;
  const isQuantifier = type.kind === 'bool';
  return { cost, size: isQuantifier ? one : range.size, item: changed?.size ?? range.item };
}

function bindEstimate({ name, value, body }: CheckedBind, variables: Variables): Estimate {
  const bound = estimate(value, variables);
  const rest = estimate(body, new Map(variables).set(name, bound));
  return { ...rest, cost: bound.cost + rest.cost + 10 };
}

function estimate(node: Checked, variables: Variables): Estimate {
  switch (node.kind) {
    case 'literal':
      return { cost: 0, size: exactly(roughSize(node.value)), item: one };
    case 'identifier': {
      const local = variables.get(node.name);
      return local ? { ...local, cost: 1 } : ofType(1, node.type);
    }
    case 'select': {
      const { cost } = estimate(node.operand, variables);
      return ofType(cost + (node.form === 'test' ? 0 : 1), node.type);
    }
    case 'call':
      return callEstimate(
        node,
        node.args.map((arg) => estimate(arg, variables)),
      );
    case 'list': {
      const items = node.items.map((item) => estimate(item, variables));
      const cost = items.reduce((sum, item) => sum + item.cost, 10);
      return { cost, size: exactly(items.length), item: items.map(({ size }) => size).reduce(union, exactly(0)) };
    }
    case 'map': {
      const parts = node.entries.flat().map((part) => estimate(part, variables));
      const values = parts.filter((_part, index) => index % 2 === 1).map(({ size }) => size);
      const cost = parts.reduce((sum, part) => sum + part.cost, 30);
      return { cost, size: exactly(values.length), item: values.reduce(union, exactly(0)) };
    }
    case 'construction': {
      const parts = node.fields.map(({ value }) => estimate(value, variables));
      return ofType(
        parts.reduce((sum, { cost }) => sum + cost, 40),
        node.type,
      );
    }
    case 'and':
    case 'or':
      return { cost: estimate(node.left, variables).cost + estimate(node.right, variables).cost, size: one, item: one };
    case 'conditional': {
      const [yes, no] = [estimate(node.whenTrue, variables), estimate(node.whenFalse, variables)];
      const cost = estimate(node.condition, variables).cost + Math.max(yes.cost, no.cost);
      return { cost, size: union(yes.size, no.size), item: union(yes.item, no.item) };
    }
    case 'fold':
      return foldEstimate(node, variables);
    default:
      return bindEstimate(node, variables);
  }
}

/** In the units of `limits`; infinite where nothing says how large values may be. */
export const estimateCost = (checked: Checked): number => estimate(checked, new Map()).cost;
