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

/**
 * One definition, or a part of it, as the document carries it. `docs` documents the schema under '' and its properties
 * by name.
 */
export function spelled(
  schema: Schema,
  dialect: Dialect,
  docs: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const {
    $ref,
    items,
    additionalProperties,
    properties,
    written: _written,
    structs: _structs,
    times: _times,
    ...rest
  } = schema;
  const described = { ...(docs[''] ? { description: docs[''] } : {}), ...rest };
  if ($ref) {
    const reference = `${dialect.prefix}${$ref}`;
    const wrap = dialect.wrapsReferences && Object.keys(described).length > 0;
    return wrap ? { ...described, allOf: [{ $ref: reference }] } : { ...described, $ref: reference };
  }
  const fields = Object.entries(properties ?? {}).map(([name, property]) => {
    const text = docs[name];
    return [name, spelled(property, dialect, text ? { '': text } : {})];
  });
  return {
    ...described,
    ...(items ? { items: spelled(items, dialect) } : {}),
    ...(additionalProperties ? { additionalProperties: spelled(additionalProperties, dialect) } : {}),
    ...(fields.length > 0 ? { properties: Object.fromEntries(fields) } : {}),
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
