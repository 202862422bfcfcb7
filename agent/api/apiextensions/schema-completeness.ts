/**
 * What a combination of schemas says of a field is only allowed where the field is specified outside of it.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/complete.go
 */
import { required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { Schema } from '../schema/schema.ts';

/** A schema and its path. */
interface Placed {
  schema: Schema | undefined;
  path: string;
}

const part = ({ path }: Placed, schema: Schema | undefined, step: string): Placed => ({
  schema,
  path: `${path}.${step}`,
});

function combinedErrors(rules: Placed, structure: Placed): FieldError[] {
  const { not, allOf = [], anyOf = [], oneOf = [] } = rules.schema ?? {};
  const each = (schemas: readonly Schema[], keyword: string) =>
    schemas.flatMap((schema, index) => ruleErrors(part(rules, schema, `${keyword}[${index}]`), structure));
  return [
    ...(not ? ruleErrors(part(rules, not, 'not'), structure) : []),
    ...each(allOf, 'allOf'),
    ...each(anyOf, 'anyOf'),
    ...each(oneOf, 'oneOf'),
  ];
}

function ruleErrors(rules: Placed, structure: Placed): FieldError[] {
  if (!rules.schema) return [];
  if (!structure.schema) return [required(structure.path, `because it is defined in ${rules.path}`)];
  const { items, properties = {} } = rules.schema;
  const known = structure.schema.properties ?? {};
  return [
    ...combinedErrors(rules, structure),
    ...ruleErrors(part(rules, items, 'items'), part(structure, structure.schema.items, 'items')),
    ...Object.entries(properties).flatMap(([name, property]) => {
      const step = `properties[${name}]`;
      return ruleErrors(
        part(rules, property, step),
        part(structure, Object.hasOwn(known, name) ? known[name] : undefined, step),
      );
    }),
  ];
}

/** Of the combinations at the root of the schema alone, as upstream. */
export const completenessErrors = (schema: Schema, path: string): FieldError[] =>
  combinedErrors({ schema, path }, { schema, path });
