/**
 * How a part of an object is merged, by its schema: field by field, item by item, or as a whole.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { isObject } from '../json/value.ts';
import { own } from '../own.ts';
import { type Definitions, resolve, type Schema } from '../schema/schema.ts';

/** The schema of a whole object, and what it refers to. */
export interface KnownSchema {
  root: Schema;
  definitions: Definitions;
}

/** What is known of a part of an object; undefined where no schema speaks of it. */
export type Known = Schema | undefined;

/** A field by name: its element in a set, and what is known of it. */
export interface Member {
  element: string;
  schema: Known;
  /** The schema names it: it is no key of a map. */
  named: boolean;
}

export type Shape =
  | { kind: 'whole' }
  | {
      kind: 'fields';
      memberOf(name: string): Member;
      zeros: ReadonlyMap<string, unknown>;
      /** It may have members that are not named. */
      open: boolean;
    }
  | {
      kind: 'list';
      items: Known;
      /** Of a map; a set has none. */
      keys?: readonly string[];
      /** Undefined where the item has none of the keys, or can be no item of a set. */
      elementOf(item: unknown): string | undefined;
    };

export type Fields = Extract<Shape, { kind: 'fields' }>;
export type List = Extract<Shape, { kind: 'list' }>;

const whole: Shape = { kind: 'whole' };

/** What no schema describes: maps are taken apart, lists are not. */
const deduced = (...values: unknown[]): Shape => (values.some(isObject) ? deducedMap : whole);

const memberWith =
  (schema: Known) =>
  (name: string): Member => ({ element: `f:${name}`, schema, named: false });

const noZeros: ReadonlyMap<string, unknown> = new Map();
const deducedMap: Shape = { kind: 'fields', memberOf: memberWith(undefined), zeros: noZeros, open: true };
const zeroValues: Record<string, unknown> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  object: null,
};

/**
 * Fields that upstream's objects always have, with what is there where nobody sets them: structs and lists are there,
 * and empty; times are null. So a created pod owns `spec.containers[...]`, and neither `spec` nor `spec.containers`
 * themselves.
 */
function zerosOf(definitions: Definitions, schema: Schema): ReadonlyMap<string, unknown> {
  const { properties = {}, required = [], written = required, structs = [], times = [] } = schema;
  const zero = (name: string) => zeroValues[resolve(definitions, properties[name])?.type ?? ''];
  return new Map([
    ...written.map((name) => [name, zero(name)] as const),
    ...structs.map((name) => [name, {}] as const),
    ...times.map((name) => [name, null] as const),
  ]);
}

/** The default of each key that has one. */
type KeyDefaults = ReadonlyMap<string, unknown>;

/**
 * `k:{"containerPort":80,"protocol":"TCP"}`; undefined where the item has none of the keys, which are sorted. A key
 * that is absent and has no default is left out.
 */
function keyElement(item: unknown, keys: readonly string[], defaults: KeyDefaults): string | undefined {
  if (!isObject(item)) return undefined;
  let parts = '';
  for (const key of keys) {
    const value = (Object.hasOwn(item, key) ? item[key] : undefined) ?? defaults.get(key);
    if (value !== undefined) parts += `${parts && ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return parts ? `k:{${parts}}` : undefined;
}

export function shapeOf(definitions: Definitions, schema: Known, live: unknown, next: unknown): Shape {
  const before = schema && known.get(schema);
  if (before) return before;
  const shape = schema && declaredShape(definitions, schema);
  if (!shape) return deduced(live, next);
  known.set(schema, shape);
  return shape;
}

/** Shapes by the schema of a field or a whole object, which nobody modifies. */
const known = new WeakMap<Schema, Shape>();

/** A list or a map that is merged as a whole; false where no schema says so. */
export function isAtomic(definitions: Definitions, schema: Schema): boolean {
  const type = resolve(definitions, schema)?.type;
  return (type === 'array' || type === 'object') && declaredShape(definitions, schema) === whole;
}

/** Undefined where the schema does not say. */
function declaredShape(definitions: Definitions, schema: Schema): Shape | undefined {
  const target = resolve(definitions, schema);
  if (!target) return undefined;
  const mapType = schema['x-kubernetes-map-type'] ?? target['x-kubernetes-map-type'];
  if (target.type === 'array') return listShape(definitions, target);
  if (target.type !== 'object' || mapType === 'atomic') return whole;
  const { properties, additionalProperties } = target;
  if (additionalProperties) {
    return { kind: 'fields', memberOf: memberWith(additionalProperties), zeros: noZeros, open: true };
  }
  return properties && structShape(definitions, target, properties);
}

function structShape(definitions: Definitions, schema: Schema, properties: Readonly<Record<string, Schema>>): Fields {
  const members = new Map(
    Object.entries(properties).map(([name, schema]) => [name, { element: `f:${name}`, schema, named: true }] as const),
  );
  const unknown = memberWith(undefined);
  return {
    kind: 'fields',
    memberOf: (name) => members.get(name) ?? unknown(name),
    zeros: zerosOf(definitions, schema),
    open: schema['x-kubernetes-preserve-unknown-fields'] === true,
  };
}

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';

const setElement = (item: unknown): string | undefined => (isScalar(item) ? `v:${textOf(item)}` : undefined);

/** JSON has no other text for an integer of 64 bits than its digits. */
const textOf = (value: unknown): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value));

function listShape(definitions: Definitions, schema: Schema): Shape {
  const { items, 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (type === 'set') return { kind: 'list', items, elementOf: setElement };
  if (type !== 'map') return whole;
  const sorted = [...keys].sort();
  const properties = resolve(definitions, items)?.properties;
  const defaults = new Map(
    sorted.map((key) => [key, own(properties, key)?.default] as const).filter(([, value]) => value !== undefined),
  );
  return { kind: 'list', items, keys, elementOf: (item) => keyElement(item, sorted, defaults) };
}
