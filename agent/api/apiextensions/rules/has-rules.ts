import type { Schema } from '../../schema/schema.ts';

export function hasRules(schema: Schema): boolean {
  const { items, additionalProperties, properties = {} } = schema;
  if (schema['x-kubernetes-validations']?.length) return true;
  return [items, additionalProperties, ...Object.values(properties)].some((part) => part && hasRules(part));
}
