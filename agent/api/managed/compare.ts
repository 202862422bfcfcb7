/**
 * Which fields of an object a write adds, modifies and removes, by the schema: maps and lists with a key are compared part
 * by part, everything else as a whole.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/compare.go
 */
import { isEqual, isObject, type JsonObject } from '../json/value.ts';
import { type Definitions, resolve, type Schema } from '../schema/schema.ts';
import { type FieldSet, noFields } from './field-set.ts';

export interface Comparison {
  /** Added and modified. */
  changed: FieldSet;
  removed: FieldSet;
}

/** What is known of a part of an object; undefined where no schema speaks of it. */
type Known = Schema | undefined;

type Shape =
  | { kind: 'whole' }
  | { kind: 'fields'; schemaOf(name: string): Known; zeros: ReadonlyMap<string, unknown> }
  | { kind: 'list'; items: Known; elementOf(item: unknown): string | undefined };

type Fields = Extract<Shape, { kind: 'fields' }>;
type List = Extract<Shape, { kind: 'list' }>;

const whole: Shape = { kind: 'whole' };

/** What no schema describes: maps are taken apart, lists are not. */
const deduced = (...values: unknown[]): Shape =>
  values.some(isObject) ? { kind: 'fields', schemaOf: () => undefined, zeros: noZeros } : whole;

const noZeros: ReadonlyMap<string, unknown> = new Map();
const zeroValues: Record<string, unknown> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  object: null,
};

/**
 * Fields that upstream's objects always have, with what is there where nobody sets them: structs and lists are there, and
 * empty. So a created pod owns `spec.containers[...]`, and neither `spec` nor `spec.containers` themselves.
 */
function zerosOf(definitions: Definitions, schema: Schema): ReadonlyMap<string, unknown> {
  const { properties = {}, required = [], written = required, structs = [] } = schema;
  const zero = (name: string) => zeroValues[resolve(definitions, properties[name])?.type ?? ''];
  return new Map([
    ...written.map((name) => [name, zero(name)] as const),
    ...structs.map((name) => [name, {}] as const),
  ]);
}

/** `k:{"containerPort":80,"protocol":"TCP"}`; undefined where the item has none of the keys, which are sorted. */
function keyElement(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item) || keys.every((key) => item[key] === undefined)) return undefined;
  return `k:{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(item[key] ?? null)}`).join(',')}}`;
}

function shapeOf(definitions: Definitions, schema: Known, live: unknown, next: unknown): Shape {
  const before = schema && known.get(schema);
  if (before) return before;
  const shape = schema && declaredShape(definitions, schema);
  if (!shape) return deduced(live, next);
  known.set(schema, shape);
  return shape;
}

/** Shapes by the schema of a field or a whole object, which nobody modifies. */
const known = new WeakMap<Schema, Shape>();

/** Undefined where the schema does not say. */
function declaredShape(definitions: Definitions, schema: Schema): Shape | undefined {
  const target = resolve(definitions, schema);
  if (!target) return undefined;
  const mapType = schema['x-kubernetes-map-type'] ?? target['x-kubernetes-map-type'];
  if (target.type === 'array') return listShape(target);
  if (target.type !== 'object' || mapType === 'atomic') return whole;
  const { properties, additionalProperties } = target;
  if (additionalProperties) return { kind: 'fields', schemaOf: () => additionalProperties, zeros: noZeros };
  return properties && structShape(definitions, target, properties);
}

function structShape(definitions: Definitions, schema: Schema, properties: Readonly<Record<string, Schema>>): Fields {
  const schemaOf = (name: string) => (Object.hasOwn(properties, name) ? properties[name] : undefined);
  return { kind: 'fields', schemaOf, zeros: zerosOf(definitions, schema) };
}

function listShape(schema: Schema): Shape {
  const { items, 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (type === 'set') return { kind: 'list', items, elementOf: (item) => `v:${JSON.stringify(item)}` };
  const sorted = [...keys].sort();
  if (type === 'map') return { kind: 'list', items, elementOf: (item) => keyElement(item, sorted) };
  return whole;
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

/** What was found in the parts of a part. */
class Branches {
  changed: Record<string, FieldSet> | undefined;
  removed: Record<string, FieldSet> | undefined;

  add(element: string, found: Found): void {
    if (found.changed) {
      this.changed ??= {};
      this.changed[element] = found.changed;
    }
    if (found.removed) {
      this.removed ??= {};
      this.removed[element] = found.removed;
    }
  }
}

/** Walks both objects at once. Each visit leaves behind what it found, so that nothing is made for parts that are equal. */
class Comparing implements Found {
  changed: FieldSet | undefined;
  removed: FieldSet | undefined;
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** `undefined` is what is not there. */
  visit(schema: Known, live: unknown, next: unknown): void {
    this.changed = undefined;
    this.removed = undefined;
    if (live === next) return;
    const shape = shapeOf(this.#definitions, schema, live, next);
    if (shape.kind === 'fields') this.#fields(shape, live, next);
    else if (shape.kind !== 'list' || !this.#list(shape, live, next)) this.#whole(live, next);
  }

  #whole(live: unknown, next: unknown): void {
    this.changed = next !== undefined && (live === undefined || !isEqual(live, next)) ? noFields : undefined;
    this.removed = next === undefined ? noFields : undefined;
  }

  /** A part that has parts: it is itself a field that comes or goes. */
  #gathered(live: unknown, next: unknown, { changed, removed }: Branches): void {
    this.changed = live === undefined ? { ...(changed && { '.': noFields }), ...changed } : changed;
    this.removed = next === undefined ? { ...(removed && { '.': noFields }), ...removed } : removed;
  }

  #fields({ schemaOf, zeros }: Fields, live: unknown, next: unknown): void {
    const [before, after] = [isObject(live) ? live : undefined, isObject(next) ? next : undefined];
    const branches = new Branches();
    const visit = (name: string): void => {
      this.visit(schemaOf(name), valueIn(before, name, zeros), valueIn(after, name, zeros));
      branches.add(`f:${name}`, this);
    };
    for (const name in after) visit(name);
    for (const name in before) if (!after || !Object.hasOwn(after, name)) visit(name);
    for (const name of zeros.keys()) {
      if (!(after && Object.hasOwn(after, name)) && !(before && Object.hasOwn(before, name))) visit(name);
    }
    this.#gathered(live, next, branches);
  }

  /** False where the items cannot be told apart. */
  #list({ items, elementOf }: List, live: unknown, next: unknown): boolean {
    const [before, after] = [itemsOf(live, elementOf), itemsOf(next, elementOf)];
    if (!before || !after) return false;
    const branches = new Branches();
    for (const element of new Set([...after.keys(), ...before.keys()])) {
      this.#item(items, before.get(element) ?? [], after.get(element) ?? []);
      branches.add(element, this);
    }
    this.#gathered(live, next, branches);
    return true;
  }

  /** Several items of one key are compared as one. */
  #item(schema: Known, live: readonly unknown[], next: readonly unknown[]): void {
    if (live.length <= 1 && next.length <= 1) this.visit(schema, live[0], next[0]);
    else {
      this.changed = undefined;
      this.removed = undefined;
      this.#whole(live.length > 0 ? live : undefined, next.length > 0 ? next : undefined);
    }
  }
}

const valueIn = (object: JsonObject | undefined, name: string, zeros: ReadonlyMap<string, unknown>): unknown =>
  object && ((Object.hasOwn(object, name) ? object[name] : undefined) ?? zeros.get(name));

/** `schema` is that of both objects; undefined where there is none, as for custom resources that keep any field. */
export function compare(definitions: Definitions, schema: Known, live: object, next: object): Comparison {
  const comparing = new Comparing(definitions);
  comparing.visit(schema, live, next);
  return { changed: comparing.changed ?? noFields, removed: comparing.removed ?? noFields };
}
