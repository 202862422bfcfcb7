/**
 * Lists that are sets or maps have every item, or every key, once.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/listtype/validation.go
 */
import { duplicate, invalid } from '../../field-errors.ts';
import { isObject } from '../../json/value.ts';
import type { FieldError } from '../../kind.ts';
import type { Schema } from '../schema.ts';
import { childPath, fieldSchema, itemPath } from './walk.ts';

/** The same for the same value, in whatever order its fields are. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (!isObject(value)) return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${textOf(value[name])}`).join(',')}}`;
}

/** The second of each value that is there more than once. */
function repeated(values: readonly unknown[]): number[] {
  const times = new Map<string, number>();
  return values.flatMap((value, index) => {
    const text = textOf(value);
    const count = (times.get(text) ?? 0) + 1;
    times.set(text, count);
    return count === 2 ? [index] : [];
  });
}

function keyOf(item: unknown, names: readonly string[]): Record<string, unknown> {
  const fields = isObject(item) ? item : {};
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]]] : [])));
}

function itemErrors(list: readonly unknown[], schema: Schema, path: string): FieldError[] {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const once = (values: readonly unknown[]) =>
    repeated(values).map((index) => duplicate(itemPath(path, index), values[index]));
  if (type === 'set') return once(list);
  if (type !== 'map') return [];
  const strange = list.findIndex((item) => item !== null && !isObject(item));
  if (strange < 0) return once(list.map((item) => keyOf(item, keys)));
  return [invalid(itemPath(path, strange), list[strange], 'must be an object for an array of list-type map')];
}

/** `path` is '' for a whole object. */
export function listTypeErrors(value: unknown, schema: Schema | undefined, path = ''): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    const { items } = schema;
    const inside = items && value.flatMap((item, index) => listTypeErrors(item, items, itemPath(path, index)));
    return [...itemErrors(value, schema, path), ...(inside ?? [])];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const isNamed = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    return listTypeErrors(field, fieldSchema(schema, name), isNamed ? childPath(path, name) : `${path}[${name}]`);
  });
}
