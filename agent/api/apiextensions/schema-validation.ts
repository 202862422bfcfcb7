/**
 * What a schema may say beside being structural.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/validation/validation.go
 * (ValidateCustomResourceDefinitionOpenAPISchema)
 */
import { forbidden, invalid, notSupported, oneOf, required } from '../field-errors.ts';
import { isObject } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { Schema } from '../schema/schema.ts';
import { identityFields } from '../schema/structural/prune.ts';

/** Set where a schema is inside metadata, or where it may have no defaults. */
interface Place {
  isMetadata: boolean;
  /** Why no default is allowed; undefined: one is. */
  noDefaults?: string;
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** True is written as itself or, once read, as the empty schema. */
const allowsAll = (values: unknown): boolean =>
  values === true || (isObject(values) && Object.keys(values).length === 0);

/** Of a keyword that only one type may have. */
function typeErrors({ type }: Schema, path: string, only: string, keyword: string): FieldError[] {
  const detail = `must be ${only} if ${keyword} is specified`;
  if (type === only) return [];
  return [type ? invalid(`${path}.type`, type, detail) : required(`${path}.type`, detail)];
}

function ownErrors(schema: Schema, path: string, { isMetadata, noDefaults }: Place): FieldError[] {
  const { type, default: value, properties = {}, additionalProperties, uniqueItems } = schema;
  return [
    ...oneOf(`${path}.type`, type || undefined, types),
    ...(value !== undefined && noDefaults !== undefined
      ? [forbidden(`${path}.default`, `must not be set ${noDefaults}`)]
      : []),
    ...(isMetadata && schema['x-kubernetes-embedded-resource']
      ? [forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta')]
      : []),
    ...(uniqueItems
      ? [
          forbidden(
            `${path}.uniqueItems`,
            'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
          ),
        ]
      : []),
    ...(additionalProperties !== undefined && !allowsAll(additionalProperties) && Object.keys(properties).length > 0
      ? [forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')]
      : []),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === false
      ? [invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')]
      : []),
  ];
}

function mapTypeErrors(schema: Schema, path: string): FieldError[] {
  const keyword = 'x-kubernetes-map-type';
  const mapType = schema[keyword];
  if (mapType === undefined) return [];
  return [
    ...typeErrors(schema, path, 'object', keyword),
    ...oneOf(`${path}.${keyword}`, mapType, ['atomic', 'granular']),
  ];
}

/** Items of a set are compared whole. */
function setErrors({ items }: Schema, path: string): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const { type, 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = items ?? {};
  if (type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(`${path}.items.x-kubernetes-list-type`, listType, detail)];
  }
  return type === 'object' && mapType !== 'atomic'
    ? [invalid(`${path}.items.x-kubernetes-map-type`, listType ?? null, detail)]
    : [];
}

function keyErrors({ items, 'x-kubernetes-list-map-keys': keys = [] }: Schema, path: string): FieldError[] {
  if (!items) return [];
  const { type, properties = {}, required: needed = [] } = items;
  if (type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [invalid(`${path}.items.type`, type ?? '', detail)];
  }
  const field = `${path}.x-kubernetes-list-map-keys`;
  return keys.flatMap((key, index) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const at = `${path}.items.properties[${key}]`;
    const scalar = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    return [
      ...(property ? [] : [invalid(field, keys, 'entries must all be names of item properties')]),
      ...(property?.type === 'array' || property?.type === 'object' ? [invalid(`${at}.type`, type, scalar)] : []),
      ...(keys.indexOf(key) < index ? [invalid(field, keys, 'must not contain duplicate entries')] : []),
      ...(property && !needed.includes(key) && property.default === undefined
        ? [
            required(
              `${at}.default`,
              'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
            ),
          ]
        : []),
      ...(property?.nullable
        ? [forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable')]
        : []),
    ];
  });
}

function listTypeErrors(schema: Schema, path: string): FieldError[] {
  const { items, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const keyword = 'x-kubernetes-list-type';
  const isMap = listType === 'map';
  const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
  const typed = listType === undefined ? [] : typeErrors(schema, path, 'array', keyword);
  return [
    ...typed,
    ...(typed.length === 0 && listType === 'set' ? setErrors(schema, path) : []),
    ...(listType === undefined || ['atomic', 'set', 'map'].includes(listType)
      ? []
      : [notSupported(`${path}.${keyword}`, listType, ['atomic', 'set', 'map'])]),
    ...(keys.length > 0 && !isMap
      ? [listType ? invalid(`${path}.${keyword}`, listType, detail) : required(`${path}.${keyword}`, detail)]
      : []),
    ...(isMap && keys.length === 0
      ? [required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')]
      : []),
    ...(isMap && !items ? [required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')] : []),
    ...(isMap ? keyErrors(schema, path) : []),
    ...(items?.nullable && (isMap || listType === 'set')
      ? [forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`)]
      : []),
  ];
}

/** Where the fields of an object are. */
function placeOf(name: string, schema: Schema, isRoot: boolean, place: Place): Place {
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  if (!isResource || !identityFields.has(name)) return place;
  return isRoot ? { isMetadata: true, noDefaults: `in top-level ${name}` } : { ...place, isMetadata: true };
}

const ofValues = (place: Place): Place =>
  place.isMetadata ? { ...place, noDefaults: 'inside additionalProperties applying to object metadata' } : place;

function errorsIn(schema: Schema, path: string, place: Place, isRoot: boolean): FieldError[] {
  const { properties = {}, additionalProperties, items, not, allOf = [], anyOf = [], oneOf: one = [] } = schema;
  const inside = (part: Schema | undefined, at: string, where = place): FieldError[] =>
    isObject(part) ? errorsIn(part, `${path}.${at}`, where, false) : [];
  const each = (parts: readonly Schema[], at: string) =>
    parts.flatMap((part, index) => inside(part, `${at}[${index}]`));
  return [
    ...ownErrors(schema, path, place),
    ...inside(additionalProperties, 'additionalProperties', ofValues(place)),
    ...Object.entries(properties).flatMap(([name, property]) =>
      inside(property, `properties[${name}]`, placeOf(name, schema, isRoot, place)),
    ),
    ...inside(not, 'not'),
    ...each(allOf, 'allOf'),
    ...each(one, 'oneOf'),
    ...each(anyOf, 'anyOf'),
    ...inside(items, 'items'),
    ...(Array.isArray(items)
      ? [forbidden(`${path}.items`, 'items must be a schema object and not an array')]
      : listTypeErrors(schema, path)),
    ...mapTypeErrors(schema, path),
  ];
}

/** `schema` is as it was written, `path` its own. */
export const schemaErrors = (schema: Schema, path: string): FieldError[] =>
  errorsIn(schema, path, { isMetadata: false }, true);

const allowedAtRoot = [
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern',
  'MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields',
  'XValidations',
].join(' ');
const goName = (keyword: string): string =>
  keyword
    .replace(/^x-kubernetes-/, 'x-')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
const namesAtRoot: ReadonlySet<string> = new Set(allowedAtRoot.split(' '));

/** The status is validated by its own part of the schema, which nothing at the root may add to. */
export function rootErrorsWithStatus(schema: Schema, path: string): FieldError[] {
  const strange = Object.entries(schema).find(
    ([keyword, value]) => value !== undefined && value !== false && !namesAtRoot.has(goName(keyword)),
  );
  const isObject = schema.type === undefined || schema.type === 'object';
  return [
    ...(isObject
      ? []
      : [
          invalid(
            `${path}.type`,
            schema.type,
            'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
          ),
        ]),
    ...(strange
      ? [
          invalid(
            path,
            schema,
            `only [${allowedAtRoot}] fields are allowed at the root of the schema if the status subresource is enabled`,
          ),
        ]
      : []),
  ];
}
