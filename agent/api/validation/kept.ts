/**
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/validation/objectmeta.go
 * (ValidateImmutableField)
 */
import { immutable, invalid } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { isSame } from './same.ts';

/** Of a field that may not change; an absent value and an empty one are the same. */
export const validateKept = (field: string, value: unknown, old: unknown): FieldError[] =>
  isSame(value, old) ? [] : [invalid(field, value ?? null, immutable)];
