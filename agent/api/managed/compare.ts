/**
 * Which fields of an object a write adds, modifies and removes, by the schema: maps and lists with a key are compared
 * part by part, everything else as a whole.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/compare.go
 */
import { isEqual, isObject, type JsonObject } from '../json/value.ts';
import { own } from '../own.ts';
import type { Definitions } from '../schema/schema.ts';
import { type FieldSet, isNoFields, noFields } from './field-set.ts';
import { type Fields, type Known, type List, shapeOf } from './shape.ts';
import { extended, type Step, setOf } from './shared-sets.ts';

export interface Comparison {
  /** Added and modified. */
  changed: FieldSet;
  removed: FieldSet;
}

/** Items by their element, in the order of the list; undefined where an item has no key. */
function itemsOf(list: unknown, elementOf: (item: unknown) => string | undefined): Map<string, unknown[]> | undefined {
  const found = new Map<string, unknown[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = elementOf(item);
    if (element === undefined) return undefined;
    const others = found.get(element);
    if (others) others.push(item);
    else found.set(element, [item]);
  }
  return found;
}

interface Found {
  changed: FieldSet | undefined;
  removed: FieldSet | undefined;
}

/** What was found in the parts of a part. A part that comes or goes is itself a field, before its own parts. */
class Branches {
  readonly #comes: boolean;
  readonly #goes: boolean;
  #changed: Step | undefined;
  #removed: Step | undefined;

  constructor(comes: boolean, goes: boolean) {
    this.#comes = comes;
    this.#goes = goes;
  }

  add(element: string, { changed, removed }: Found): void {
    if (changed) {
      if (this.#comes) this.#changed ??= extended(undefined, '.', noFields);
      this.#changed = extended(this.#changed, element, changed);
    }
    if (removed) {
      if (this.#goes) this.#removed ??= extended(undefined, '.', noFields);
      this.#removed = extended(this.#removed, element, removed);
    }
  }

  get changed(): FieldSet | undefined {
    return this.#changed ? setOf(this.#changed) : this.#comes ? noFields : undefined;
  }

  get removed(): FieldSet | undefined {
    return this.#removed ? setOf(this.#removed) : this.#goes ? noFields : undefined;
  }
}

/**
 * Walks both objects at once. Each visit leaves behind what it found, so that nothing is made for parts that are equal.
 */
class Comparing implements Found {
  changed: FieldSet | undefined;
  removed: FieldSet | undefined;
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** `undefined` is what is not there. Of what is in `left`, nothing is found. */
  visit(schema: Known, live: unknown, next: unknown, left: FieldSet | undefined): void {
    this.changed = undefined;
    this.removed = undefined;
    if (live === next || (left && isNoFields(left))) return;
    const shape = shapeOf(this.#definitions, schema, live, next);
    // To make the keys of items that are all equal would take longer.
    if (shape.kind === 'list' && isEqual(live, next)) return;
    if (shape.kind === 'fields') this.#fields(shape, live, next, left);
    else if (shape.kind !== 'list' || !this.#list(shape, live, next)) this.#whole(live, next);
  }

  #whole(live: unknown, next: unknown): void {
    this.changed = next !== undefined && (live === undefined || !isEqual(live, next)) ? noFields : undefined;
    this.removed = next === undefined ? noFields : undefined;
  }

  #gathered(branches: Branches): void {
    this.changed = branches.changed;
    this.removed = branches.removed;
  }

  #fields({ memberOf, zeros }: Fields, live: unknown, next: unknown, left: FieldSet | undefined): void {
    const [before, after] = [isObject(live) ? live : undefined, isObject(next) ? next : undefined];
    const counts = !left || !('.' in left);
    const branches = new Branches(counts && live === undefined, counts && next === undefined);
    const visit = (name: string): void => {
      const { element, schema } = memberOf(name);
      this.visit(schema, valueIn(before, name, zeros), valueIn(after, name, zeros), left && own(left, element));
      branches.add(element, this);
    };
    for (const name in after) visit(name);
    for (const name in before) if (!after || !Object.hasOwn(after, name)) visit(name);
    for (const name of zeros.keys()) {
      if (!(after && Object.hasOwn(after, name)) && !(before && Object.hasOwn(before, name))) visit(name);
    }
    this.#gathered(branches);
  }

  /** False where the items cannot be told apart. */
  #list({ items, elementOf }: List, live: unknown, next: unknown): boolean {
    const [before, after] = [itemsOf(live, elementOf), itemsOf(next, elementOf)];
    if (!before || !after) return false;
    const branches = new Branches(live === undefined, next === undefined);
    for (const [element, ours] of after) {
      this.#item(items, before.get(element) ?? none, ours);
      branches.add(element, this);
    }
    for (const [element, ours] of before) {
      if (after.has(element)) continue;
      this.#item(items, ours, none);
      branches.add(element, this);
    }
    this.#gathered(branches);
    return true;
  }

  /** Several items of one key are compared as one. */
  #item(schema: Known, live: readonly unknown[], next: readonly unknown[]): void {
    if (live.length <= 1 && next.length <= 1) this.visit(schema, live[0], next[0], undefined);
    else {
      this.changed = undefined;
      this.removed = undefined;
      this.#whole(live.length > 0 ? live : undefined, next.length > 0 ? next : undefined);
    }
  }
}

const none: readonly unknown[] = [];

const valueIn = (object: JsonObject | undefined, name: string, zeros: ReadonlyMap<string, unknown>): unknown =>
  object && ((Object.hasOwn(object, name) ? object[name] : undefined) ?? zeros.get(name));

/**
 * `schema` is that of both objects; undefined where there is none, as for custom resources that keep any field. What is
 * in `left` is left out. The sets are shared: see `shared-sets.ts`.
 */
export function compare(
  definitions: Definitions,
  schema: Known,
  live: object,
  next: object,
  left: FieldSet,
): Comparison {
  const comparing = new Comparing(definitions);
  comparing.visit(schema, live, next, isNoFields(left) ? undefined : left);
  return { changed: comparing.changed ?? noFields, removed: comparing.removed ?? noFields };
}
