/**
 * Fills in the defaults that a custom resource's schema has, and decides what a null means.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable and
 * https://github.com/kubernetes/apiextensions-apiserver/tree/release-1.36/pkg/apiserver/schema/defaulting
 */
import { isObject } from '../../json/value.ts';
import type { Schema } from '../schema.ts';
import { fieldSchema } from './walk.ts';

const isForbiddenNull = (value: unknown, schema: Schema | undefined): boolean =>
  value === null && schema !== undefined && !schema.nullable;

/** A value that may not be null and is gets its default, or stays. */
const filled = (value: unknown, schema: Schema | undefined): unknown =>
  isForbiddenNull(value, schema) && schema?.default !== undefined ? structuredClone(schema.default) : value;

/** Changes `value` in place: fields that are absent get their defaults, and so do nulls where none may be. */
export function applyDefaults(value: unknown, schema: Schema | undefined): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      value[index] = filled(item, schema.items);
      applyDefaults(value[index], schema.items);
    }
  } else if (isObject(value)) {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (property.default !== undefined && !Object.hasOwn(value, key)) value[key] = structuredClone(property.default);
    }
    for (const [key, field] of Object.entries(value)) {
      const known = fieldSchema(schema, key);
      value[key] = filled(field, known);
      applyDefaults(value[key], known);
    }
  }
}

/** Changes `value` in place: a null that may not be and has no default is as good as absent. */
export function dropNulls(value: unknown, schema: Schema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, schema?.items);
  } else if (isObject(value)) {
    for (const [key, field] of Object.entries(value)) {
      const known = fieldSchema(schema, key);
      if (isForbiddenNull(field, known) && known?.default === undefined) delete value[key];
      else dropNulls(field, known);
    }
  }
}
