/**
 * What version 2 can say of a custom resource's schema, and what kubectl before 1.27, which validates by it, makes
 * sense of: no alternatives, no nulls, and nothing about objects that may hold anything.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/controller/openapi/v2/conversion.go
 */
import type { Schema } from '../schema/schema.ts';

const holdsAnything = (schema: Schema): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true;

/** kubectl takes an array without items, and an object that it may not look into, for a mistake. */
function typeOf({ nullable, ...schema }: Schema, items: Schema | undefined): Schema['type'] {
  if (nullable || (schema.type === 'array' && !items)) return undefined;
  return schema.type === 'object' && holdsAnything(schema) ? undefined : schema.type;
}

/** Null is no value in version 2: what may be null need not be there. */
function requiredOf({ required, properties = {}, additionalProperties }: Schema): string[] | undefined {
  if (additionalProperties?.nullable) return undefined;
  const left = required?.filter((name) => !properties[name]?.nullable);
  return left && left.length > 0 ? left : undefined;
}

function simplified(schema: Schema): Schema {
  const { allOf, anyOf, oneOf, not, nullable, type: _type, required: _, ...rest } = schema;
  const { items, properties, additionalProperties, ...plain } = rest;
  const isOpaque = nullable || holdsAnything(schema);
  const each = isOpaque ? undefined : items;
  const kept = isOpaque ? undefined : properties;
  const [type, required] = [typeOf(schema, each), requiredOf({ ...schema, ...(kept ? {} : { properties: {} }) })];
  const fields = Object.entries(kept ?? {}).map(([name, property]) => [name, simplified(property)]);
  return {
    ...plain,
    ...(type ? { type } : {}),
    ...(required ? { required } : {}),
    ...(each ? { items: simplified(each) } : {}),
    ...(fields.length > 0 ? { properties: Object.fromEntries(fields) } : {}),
    ...(additionalProperties ? { additionalProperties: simplified(additionalProperties) } : {}),
  };
}

/** Of a whole resource; of one that may hold anything, kubectl accepts other fields only where none is named. */
export const schemaForV2 = (resource: Schema): Schema =>
  holdsAnything(resource) ? { type: 'object' } : simplified(resource);
