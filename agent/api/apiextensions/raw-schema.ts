/**
 * A schema as a definition has it. `additionalProperties` may be true or false there, and `items` a list, which a
 * `Schema` cannot say.
 * https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/#JSONSchemaProps
 */
import { isObject } from '../json/value.ts';
import type { Schema } from '../schema/schema.ts';

const asSchema = (value: unknown): Schema | undefined => (isObject(value) ? (value as Schema) : undefined);

function mapped(fields: Readonly<Record<string, Schema>> | undefined): Record<string, Schema> | undefined {
  return fields && Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, plainSchema(schema)]));
}

const listed = (schemas: readonly Schema[] | undefined): Schema[] | undefined => schemas?.map(plainSchema);

/** Without what is absent. */
const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

/** The same schema with `additionalProperties: true` as the empty schema, and `false` as none. */
export function plainSchema(raw: Schema): Schema {
  const { additionalProperties, items, properties, allOf, anyOf, oneOf, not, ...rest } = raw;
  const values: unknown = additionalProperties;
  const [others, each] = [values === true ? {} : asSchema(values), asSchema(items)];
  return {
    ...rest,
    ...present({
      additionalProperties: others && plainSchema(others),
      items: each && plainSchema(each),
      properties: mapped(properties),
      allOf: listed(allOf),
      anyOf: listed(anyOf),
      oneOf: listed(oneOf),
      not: not && plainSchema(not),
    }),
  } as Schema;
}

/** The schema and all schemas inside it. */
export function* schemasIn(schema: Schema): Generator<Schema> {
  yield schema;
  const { items, additionalProperties, properties, allOf = [], anyOf = [], oneOf = [], not } = schema;
  const parts = [...Object.values(properties ?? {}), ...allOf, ...anyOf, ...oneOf];
  for (const part of [items, additionalProperties, not, ...parts]) {
    const inside = asSchema(part);
    if (inside) yield* schemasIn(inside);
  }
}
