/**
 * One version of a definition: its schema, subresources, columns and selectable fields.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/validation/validation.go
 * (validateCustomResourceDefinitionVersion)
 */
import { duplicate, forbidden, invalid, required, tooMany } from '../field-errors.ts';
import { BadJsonPath, parseJsonPath } from '../json-path.ts';
import type { FieldError } from '../kind.ts';
import type { Schema } from '../schema/schema.ts';
import { fieldSchema } from '../schema/structural/walk.ts';
import type { apiextensions } from '../types.ts';
import { defaultErrors } from './default-validation.ts';
import { plainSchema } from './raw-schema.ts';
import { hasRules } from './rules/has-rules.ts';
import { rules } from './rules/rules.ts';
import { completenessErrors } from './schema-completeness.ts';
import { rootErrorsWithStatus, schemaErrors } from './schema-validation.ts';
import { structuralErrors } from './structural-validation.ts';

type Version = apiextensions.CustomResourceVersion;

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function pathErrors(field: string, path: string | undefined): FieldError[] {
  if (!path) return [required(field)];
  try {
    parseJsonPath(path);
    return [];
  } catch (error) {
    if (!(error instanceof BadJsonPath)) throw error;
    return [invalid(field, path, 'must be a simple json path starting with .')];
  }
}

function columnErrors(column: apiextensions.CustomResourceColumn, path: string): FieldError[] {
  const { name, type, format, jsonPath } = column;
  const types = `must be one of ${columnTypes.join(',')}`;
  return [
    ...(name ? [] : [required(`${path}.name`)]),
    ...(type
      ? columnTypes.includes(type)
        ? []
        : [invalid(`${path}.type`, type, types)]
      : [required(`${path}.type`, types)]),
    ...(format && !columnFormats.includes(format)
      ? [invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`)]
      : []),
    ...pathErrors(`${path}.JSONPath`, jsonPath),
  ];
}

const isBelow = (path: string, parent: string): boolean => path.startsWith(`.${parent}.`);

function scaleErrors(scale: apiextensions.CustomResourceScale, path: string): FieldError[] {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  const below = (field: string, value: string | undefined, parents: readonly string[]): FieldError[] => {
    if (!value) return [required(`${path}.${field}`)];
    const names = parents.map((parent) => `.${parent}`).join(' or ');
    if (parents.some((parent) => isBelow(value, parent))) return pathErrors(`${path}.${field}`, value);
    return [invalid(`${path}.${field}`, value, `should be a json path under ${names}`)];
  };
  return [
    ...below('specReplicasPath', specReplicasPath, ['spec']),
    ...below('statusReplicasPath', statusReplicasPath, ['status']),
    ...(labelSelectorPath ? below('labelSelectorPath', labelSelectorPath, ['spec', 'status']) : []),
  ];
}

const mostSelectable = 8;

/** The schema of a field that a plain path leads to. */
function schemaAt(schema: Schema, path: string): Schema | undefined {
  const names = path.replace(/^\./, '').split('.');
  return names.reduce<Schema | undefined>((found, name) => found && fieldSchema(found, name), schema);
}

function selectableErrors({ selectableFields = [], schema }: Version, path: string): FieldError[] {
  const root = schema?.openAPIV3Schema;
  if (selectableFields.length > 0 && !root) {
    return [invalid(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included')];
  }
  const errors = selectableFields.flatMap(({ jsonPath }, index): FieldError[] => {
    const field = `${path}[${index}].jsonPath`;
    if (!jsonPath) return [required(field)];
    const isMetadata = isBelow(jsonPath, 'metadata');
    const found = root && schemaAt(plainSchema(root), jsonPath);
    if (!found && !isMetadata) return [invalid(field, jsonPath, 'is an invalid path: does not refer to a valid field')];
    const isSelectable = ['string', 'boolean', 'integer'].includes(found?.type ?? '');
    const types =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    return [
      ...(isMetadata ? [invalid(field, jsonPath, 'must not point to fields in metadata')] : []),
      ...(isSelectable ? [] : [invalid(field, jsonPath, types)]),
      ...(selectableFields.findIndex((each) => each.jsonPath === jsonPath) < index ? [duplicate(field, jsonPath)] : []),
    ];
  });
  const count = new Set(selectableFields.map(({ jsonPath }) => jsonPath)).size;
  return count > mostSelectable ? [...errors, tooMany(path, count, mostSelectable)] : errors;
}

function deprecationErrors({ deprecated, deprecationWarning: text }: Version, path: string): FieldError[] {
  if (text === undefined) return [];
  if (!deprecated) return [invalid(path, text, 'can only be set for deprecated versions')];
  if (text === '') return [invalid(path, text, 'must not be an empty string')];
  return text.length > 256 ? [invalid(path, text, 'must be <= 256 characters long')] : [];
}

/** Defaults are judged only where the schema is structural. */
function formErrors(raw: Schema, path: string): readonly FieldError[] {
  const schema = plainSchema(raw);
  const structure = [...structuralErrors(schema, path), ...completenessErrors(schema, path)];
  return [...(structure.length > 0 ? structure : defaultErrors(schema, path)), ...schemaErrors(raw, path)];
}

/**
 * Rules are compiled only where the schema is sound. What was wrong `before` may stay: a definition that an older
 * release has let in can still be changed.
 */
function errorsOf(raw: Schema, path: string, before: Schema | undefined): readonly FieldError[] {
  const errors = formErrors(raw, path);
  const schema = plainSchema(raw);
  if (errors.length === 0) return hasRules(schema) ? rules.get().ruleErrors(schema, path) : [];
  const keyOf = ({ type, field, detail }: FieldError): string => JSON.stringify([type, field, detail]);
  const known = new Set(before && formErrors(before, path).map(keyOf));
  return errors.filter((error) => !known.has(keyOf(error)));
}

/** `old` is given on update of a version that was there before. */
export function versionErrors(version: Version, path: string, old?: Version): FieldError[] {
  const { subresources, additionalPrinterColumns = [], schema } = version;
  const root = schema?.openAPIV3Schema;
  const at = `${path}.schema.openAPIV3Schema`;
  return [
    ...deprecationErrors(version, `${path}.deprecationWarning`),
    ...(root && subresources?.status ? rootErrorsWithStatus(plainSchema(root), at) : []),
    ...(root?.nullable ? [forbidden(`${at}.nullable`, 'nullable cannot be true at the root')] : []),
    ...(root ? errorsOf(root, at, old?.schema?.openAPIV3Schema) : []),
    ...(subresources?.scale ? scaleErrors(subresources.scale, `${path}.subresources.scale`) : []),
    ...additionalPrinterColumns.flatMap((column, index) =>
      columnErrors(column, `${path}.additionalPrinterColumns[${index}]`),
    ),
    ...selectableErrors(version, `${path}.selectableFields`),
  ];
}

/** What the rules of its schema need; undefined: it has none. */
export function loadRulesOf({ schema }: Version): Promise<void> | undefined {
  const root = schema?.openAPIV3Schema;
  return root && hasRules(plainSchema(root)) ? rules.load() : undefined;
}
