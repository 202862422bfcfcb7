/**
 * Whether a schema is structural: every value has one type, and what combines schemas only says more about values.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema and
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/validation.go
 */
import { forbidden, invalid, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { Schema } from '../schema/schema.ts';
import { patternProblem } from '../schema/structural/pattern.ts';

type Level = 'root' | 'item' | 'field';

const missingType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

const intOrString = [{ type: 'integer' }, { type: 'string' }];
const isIntOrString = (anyOf: readonly Schema[] | undefined): boolean => isEqual(anyOf, intOrString);

const must = {
  beEmpty: 'must be empty to be structural',
  beUndefined: 'must be undefined to be structural',
  beFalse: 'must be false to be structural',
};

/** What a schema inside `allOf`, `anyOf`, `oneOf` or `not` may not say. */
const onlyOutside: readonly (readonly [keyof Schema, string])[] = [
  ['type', must.beEmpty],
  ['additionalProperties', must.beUndefined],
  ['default', must.beUndefined],
  ['title', must.beEmpty],
  ['description', must.beEmpty],
  ['nullable', must.beFalse],
  ['x-kubernetes-preserve-unknown-fields', must.beFalse],
  ['x-kubernetes-embedded-resource', must.beFalse],
  ['x-kubernetes-int-or-string', must.beFalse],
  ['x-kubernetes-list-map-keys', must.beEmpty],
  ['x-kubernetes-list-type', must.beUndefined],
  ['x-kubernetes-map-type', must.beUndefined],
  ['x-kubernetes-validations', must.beEmpty],
];

const keyed = (path: string, key: string): string => `${path}[${key}]`;

function combinations(schema: Schema, path: string): FieldError[] {
  const { allOf = [], anyOf = [], oneOf = [], not, pattern } = schema;
  const problem = pattern === undefined ? undefined : patternProblem(pattern);
  return [
    ...(isIntOrString(anyOf) ? [] : anyOf.flatMap((each, index) => nested(each, `${path}.anyOf[${index}]`))),
    ...allOf.flatMap((each, index) => {
      const known = index === 0 && isIntOrString(each.anyOf);
      return nested(known ? { ...each, anyOf: [] } : each, `${path}.allOf[${index}]`);
    }),
    ...oneOf.flatMap((each, index) => nested(each, `${path}.oneOf[${index}]`)),
    ...(not ? nested(not, `${path}.not`) : []),
    ...(problem === undefined
      ? []
      : [invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${problem}`)]),
  ];
}

function nested(schema: Schema, path: string): FieldError[] {
  const { items, properties = {} } = schema;
  return [
    ...combinations(schema, path),
    ...(items ? nested(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, each]) => nested(each, keyed(`${path}.properties`, name))),
    ...onlyOutside.flatMap(([field, detail]) => (schema[field] ? [forbidden(`${path}.${field}`, detail)] : [])),
    ...(Object.hasOwn(properties, 'metadata')
      ? [forbidden(keyed(`${path}.properties`, 'metadata'), 'must not be specified in a nested context')]
      : []),
  ];
}

function typeErrors(schema: Schema, level: Level, path: string): FieldError[] {
  const { type, 'x-kubernetes-embedded-resource': isResource } = schema;
  const where = `${path}.type`;
  const isObject = 'must be object if x-kubernetes-embedded-resource is true';
  if (isResource && type !== 'object') return [type ? invalid(where, type, isObject) : required(where, isObject)];
  if (!type && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
    return [required(where, missingType[level])];
  }
  return level === 'root' && type && type !== 'object' ? [invalid(where, type, 'must be object at the root')] : [];
}

/** At the root upstream allows to say what a name must be. */
function isNameOnly({ properties = {}, type, description, ...rest }: Schema): boolean {
  const names = Object.keys(properties);
  return (
    Object.keys(rest).length === 0 &&
    description === undefined &&
    (type === undefined || type === 'object') &&
    names.every((name) => name === 'name' || name === 'generateName')
  );
}

function identityErrors({ properties = {} }: Schema, level: Level, path: string): FieldError[] {
  const at = (name: string) => keyed(`${path}.properties`, name);
  const texts = ['kind', 'apiVersion'].flatMap((name) => {
    const type = properties[name]?.type;
    return Object.hasOwn(properties, name) && type !== 'string'
      ? [invalid(`${at(name)}.type`, type ?? '', 'must be string')]
      : [];
  });
  const metadata = Object.hasOwn(properties, 'metadata') ? properties.metadata : undefined;
  if (!metadata) return texts;
  const only = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [
    ...texts,
    ...(metadata.type === 'object' ? [] : [invalid(`${at('metadata')}.type`, metadata.type ?? '', 'must be object')]),
    ...(level === 'root' && !isNameOnly(metadata) ? [forbidden(at('metadata'), only)] : []),
  ];
}

function extensionErrors(schema: Schema, path: string): FieldError[] {
  const { properties, additionalProperties } = schema;
  const [isResource, keeps] = [
    schema['x-kubernetes-embedded-resource'],
    schema['x-kubernetes-preserve-unknown-fields'],
  ];
  const both = 'must be false if x-kubernetes-int-or-string is true';
  const either = schema['x-kubernetes-int-or-string'];
  return [
    ...(either && keeps ? [invalid(`${path}.x-kubernetes-preserve-unknown-fields`, true, both)] : []),
    ...(either && isResource ? [invalid(`${path}.x-kubernetes-embedded-resource`, true, both)] : []),
    ...(isResource && additionalProperties
      ? [forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set')]
      : []),
    ...(isResource && !keeps && !properties
      ? [
          required(
            `${path}.properties`,
            'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
          ),
        ]
      : []),
  ];
}

/** `path` is that of the schema. Errors are in upstream's order, by their text. */
export function structuralErrors(schema: Schema, path: string, level: Level = 'root'): FieldError[] {
  const { items, properties = {}, additionalProperties, type } = schema;
  const isIdentified = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  return [
    ...(type === 'array' && !items ? [required(`${path}.items`, 'must be specified')] : []),
    ...(items ? structuralErrors(items, `${path}.items`, 'item') : []),
    ...Object.entries(properties).flatMap(([name, each]) =>
      structuralErrors(each, keyed(`${path}.properties`, name), 'field'),
    ),
    ...(additionalProperties && level === 'root'
      ? [forbidden(`${path}.additionalProperties`, 'must not be used at the root')]
      : []),
    ...(additionalProperties && Object.keys(additionalProperties).length > 0
      ? structuralErrors(additionalProperties, `${path}.additionalProperties`, 'field')
      : []),
    ...extensionErrors(schema, path),
    ...combinations(schema, path),
    ...typeErrors(schema, level, path),
    ...(isIdentified ? identityErrors(schema, level, path) : []),
  ];
}
