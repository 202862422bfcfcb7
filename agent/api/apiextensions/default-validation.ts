/**
 * Defaults in a schema must be what the schema asks for.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/defaulting/validation.go
 */
import { invalid } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { Schema } from '../schema/schema.ts';
import { identityFields, prune, pruneResource } from '../schema/structural/prune.ts';
import { problemsOf } from '../schema/structural/validate.ts';

function isPruned(schema: Schema, value: unknown): boolean {
  const left = structuredClone(value);
  if (schema['x-kubernetes-embedded-resource']) pruneResource(left as Record<string, unknown>, schema);
  else prune(left, schema);
  return isEqual(left, value);
}

function errorsOf(schema: Schema, path: string, isMetadata: boolean): readonly FieldError[] {
  const value = schema.default;
  const at = `${path}.default`;
  if (value === undefined) return [];
  const unknown = isMetadata || isPruned(schema, value) ? [] : [invalid(at, value, 'must not have unknown fields')];
  return [...unknown, ...problemsOf(value, schema, at)];
}

/** Upstream follows no `additionalProperties`. The schema is structural. */
export function defaultErrors(schema: Schema, path: string, isMetadata = false, isRoot = true): readonly FieldError[] {
  const { items, properties = {} } = schema;
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const inside = isMetadata && !schema['x-kubernetes-embedded-resource'];
  return [
    ...errorsOf(schema, path, inside),
    ...(items ? defaultErrors(items, `${path}.items`, inside, false) : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      defaultErrors(property, `${path}.properties[${name}]`, inside || (isResource && identityFields.has(name)), false),
    ),
  ];
}
