/** Picks the definitions that a document needs and spells their references and documentation as it wants them. */
import type { Definitions, Descriptions, Schema } from '../schema/schema.ts';

/** The named definitions and everything that they refer to, sorted. */
export function reachable(definitions: Definitions, roots: Iterable<string>): string[] {
  const found = new Set<string>();
  const queue = [...roots];
  const visit = (schema: Schema): void => {
    if (schema.$ref) queue.push(schema.$ref);
    if (schema.items) visit(schema.items);
    if (schema.additionalProperties) visit(schema.additionalProperties);
    for (const property of Object.values(schema.properties ?? {})) visit(property);
  };
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const definition = definitions[name];
    if (!definition || found.has(name)) continue;
    found.add(name);
    visit(definition);
  }
  return [...found].sort();
}

export interface Dialect {
  /** `#/definitions/` or `#/components/schemas/` */
  prefix: string;
  /** Version 3 has no siblings of `$ref`: it wraps references. */
  wrapsReferences: boolean;
}

const spell = (schema: Schema, dialect: Dialect, description: string | undefined): Record<string, unknown> => {
  const { $ref, items, additionalProperties, properties: _properties, written: _written, ...rest } = schema;
  const described = { ...(description ? { description } : {}), ...rest };
  if ($ref) {
    const reference = `${dialect.prefix}${$ref}`;
    const wrap = dialect.wrapsReferences && Object.keys(described).length > 0;
    return wrap ? { ...described, allOf: [{ $ref: reference }] } : { ...described, $ref: reference };
  }
  return {
    ...described,
    ...(items ? { items: spell(items, dialect, undefined) } : {}),
    ...(additionalProperties ? { additionalProperties: spell(additionalProperties, dialect, undefined) } : {}),
  };
};

/** One definition as the document carries it. */
export function spelled(schema: Schema, dialect: Dialect, docs: Readonly<Record<string, string>> = {}) {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    spell(property, dialect, docs[name]),
  ]);
  return {
    ...spell(schema, dialect, docs['']),
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
  };
}

export const components = (
  definitions: Definitions,
  descriptions: Descriptions,
  roots: Iterable<string>,
  dialect: Dialect,
): Record<string, unknown> =>
  Object.fromEntries(
    reachable(definitions, roots).map((name) => [name, spelled(definitions[name] ?? {}, dialect, descriptions[name])]),
  );
