/**
 * A live object with the configuration that somebody applies laid over it.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/merge.go
 */
import { isObject, type JsonObject } from '../json/value.ts';
import { own, setOwn } from '../own.ts';
import type { Definitions } from '../schema/schema.ts';
import { type Fields, type Known, type List, shapeOf } from './shape.ts';

const hasMembers = (value: unknown): value is JsonObject => isObject(value) && Object.keys(value).length > 0;
const hasItems = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0;

/**
 * Shares parts with both arguments, which it does not modify. `undefined` is what is not there. A null in the
 * configuration takes the place of a value, but not of a map or list that has members.
 */
export function merged(definitions: Definitions, schema: Known, live: unknown, config: unknown): unknown {
  if (config === undefined || live === undefined) return config ?? live ?? config;
  const shape = shapeOf(definitions, schema, live, config);
  if (shape.kind === 'fields' && (hasMembers(live) || hasMembers(config))) {
    if (config !== null && !isObject(config)) return config;
    return mergedFields(definitions, shape, isObject(live) ? live : {}, config ?? {});
  }
  if (shape.kind === 'list' && (hasItems(live) || hasItems(config))) {
    return mergedItems(definitions, shape, hasItems(live) ? live : [], hasItems(config) ? config : []);
  }
  return config;
}

function mergedFields(
  definitions: Definitions,
  { memberOf }: Fields,
  live: JsonObject,
  config: JsonObject,
): JsonObject {
  const result: JsonObject = {};
  for (const name in live) {
    const value = merged(definitions, memberOf(name).schema, live[name], own(config, name));
    setOwn(result, name, value);
  }
  for (const name in config) if (!Object.hasOwn(live, name)) setOwn(result, name, config[name]);
  return result;
}

interface Item {
  element: string;
  value: unknown;
}

function indexed(list: readonly unknown[], { elementOf }: List): { items: Item[]; byElement: Map<string, unknown> } {
  const items = list.flatMap((value) => {
    const element = elementOf(value);
    return element === undefined ? [] : [{ element, value }];
  });
  const byElement = new Map<string, unknown>();
  // Of several items with one key none can be merged.
  for (const { element, value } of items) byElement.set(element, byElement.has(element) ? undefined : value);
  return { items, byElement };
}

/** The applied order holds for applied items; the others keep their places among them. */
function mergedItems(definitions: Definitions, list: List, live: unknown[], config: unknown[]): unknown[] {
  const [left, right] = [indexed(live, list), indexed(config, list)];
  const both = right.items.filter(({ element }) => left.byElement.has(element)).map(({ element }) => element);
  const placed = new Set<string>();
  const result: unknown[] = [];
  let [at, of, next] = [0, 0, 0];
  const place = ({ element }: Item): void => {
    placed.add(element);
    result.push(merged(definitions, list.items, left.byElement.get(element), right.byElement.get(element)));
    of += 1;
    if (both[next] === element) next += 1;
  };
  while (at < left.items.length || of < right.items.length) {
    const [ours, theirs] = [left.items[at], right.items[of]];
    if (ours && !right.byElement.has(ours.element)) {
      result.push(ours.value);
      at += 1;
    } else if (ours && theirs?.element === ours.element) {
      place(theirs);
      at += 1;
    } else if (ours && (placed.has(ours.element) || (theirs && next < both.length && both[next] !== ours.element))) {
      // It is placed, or will be, where the configuration has it.
      at += 1;
    } else if (theirs) place(theirs);
    else at += 1;
  }
  return result;
}
