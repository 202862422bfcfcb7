/**
 * The types that a custom resource's schema gives its values, and how large these may be.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/common/schemas.go
 */
import type { Schema } from '../schema/schema.ts';
import { escaped } from './escape.ts';
import { bool, double, dyn, type Field, int, listOf, mapOf, type ObjectType, type Simple, type Type } from './types.ts';

/** Of a request, in bytes: nothing in it can be larger. */
const mostBytes = 3 * 1024 * 1024;

export interface SchemaType {
  readonly type: Type;
  /** The fewest bytes that a value of it has in JSON. */
  readonly leastBytes: number;
  /** What the parts of a list or a map are; undefined for others. */
  readonly item?: SchemaType;
  /** By the names in JSON, those that expressions can name. */
  readonly fields?: ReadonlyMap<string, SchemaType>;
}

const sized = (kind: Simple['kind'], most: number): Simple => ({ kind, most });

const simple = (type: Type, leastBytes: number): SchemaType => ({ type, leastBytes });
const longestTime = 32;

function textType({ format, maxLength, enum: allowed }: Schema): SchemaType {
  const whole = mostBytes - 2;
  const given = maxLength === undefined ? undefined : Math.max(0, maxLength);
  if (format === 'byte') return simple(sized('bytes', given ?? whole), 2);
  if (format === 'duration') return simple(sized('duration', longestTime), 3);
  if (format === 'date') return simple(sized('timestamp', 12), 12);
  if (format === 'date-time') return simple(sized('timestamp', longestTime), 21);
  if (given !== undefined) return simple(sized('string', given * 4), 2);
  const texts = (allowed ?? []).filter((each) => typeof each === 'string');
  const longest = Math.max(0, ...texts.map((each) => each.length));
  return simple(sized('string', allowed && allowed.length > 0 ? longest : whole), 2);
}

/**
 * Names of a map cost nothing to look at, as upstream estimates it: its type of keys has no size.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/cel/compilation.go
 */
const keyType = sized('string', 0);

const named: Schema = { type: 'string' };
const identity: Readonly<Record<string, Schema>> = {
  kind: named,
  apiVersion: named,
  metadata: { type: 'object', properties: { name: named, generateName: named } },
};

/** A whole resource has an identity, whatever its schema says of it. */
export const withIdentity = (schema: Schema): Schema => ({
  ...schema,
  properties: { ...schema.properties, ...identity },
});

function objectType(schema: Schema): SchemaType {
  const { properties = {}, required = [] } = schema;
  const fields = new Map<string, SchemaType>();
  const byName = new Map<string, Field>();
  let leastBytes = 2;
  for (const [name, property] of Object.entries(properties)) {
    const found = schemaType(property, property['x-kubernetes-embedded-resource'] ?? false);
    if (!found) continue;
    const escapedName = escaped(name);
    if (escapedName !== undefined) {
      fields.set(name, found);
      byName.set(escapedName, { name, type: found.type });
    }
    if (required.includes(name) && property.default === undefined) leastBytes += name.length + found.leastBytes + 4;
  }
  const type: ObjectType = { kind: 'object', name: 'object', field: (name) => byName.get(name) };
  return { type, leastBytes, fields };
}

function listType({ items, maxItems }: Schema): SchemaType | undefined {
  const item = items && schemaType(items, items['x-kubernetes-embedded-resource'] ?? false);
  if (!item) return undefined;
  const most = maxItems === undefined ? Math.floor((mostBytes - 2) / (item.leastBytes + 1)) : Math.max(0, maxItems);
  return { type: listOf(item.type, most), leastBytes: 2, item };
}

function mapType(values: Schema, maxProperties: number | undefined): SchemaType | undefined {
  const item = schemaType(values, values['x-kubernetes-embedded-resource'] ?? false);
  if (!item) return undefined;
  const most =
    maxProperties === undefined ? Math.floor((mostBytes - 2) / (item.leastBytes + 6)) : Math.max(0, maxProperties);
  return { type: mapOf(keyType, item.type, most), leastBytes: 2, item };
}

/** Undefined where expressions do not see the value at all: nothing says what it is. */
export function schemaType(schema: Schema, isResource: boolean): SchemaType | undefined {
  const { type, maxLength, maxProperties, additionalProperties } = schema;
  if (schema['x-kubernetes-int-or-string']) {
    const most = maxLength === undefined ? mostBytes - 2 : Math.max(0, maxLength) * 4;
    return simple({ ...dyn, most } as Type, 1);
  }
  switch (type) {
    case 'array':
      return listType(schema);
    case 'object':
      if (additionalProperties && !isResource) return mapType(additionalProperties, maxProperties);
      return objectType(isResource ? withIdentity(schema) : schema);
    case 'string':
      return textType(schema);
    case 'boolean':
      return simple(bool, 4);
    case 'number':
      return simple(double, 1);
    case 'integer':
      return simple(int, 1);
    default:
      return undefined;
  }
}

/** How often a value of so many bytes fits into a request. */
export const mostTimes = (leastBytes: number): number => Math.floor(mostBytes / (leastBytes + 1));
