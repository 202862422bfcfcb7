/**
 * Amounts of pods, as numbers or as percentages.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
 * (ValidatePositiveIntOrPercent, IsNotMoreThan100Percent)
 */
import { invalid, nonNegative } from '../field-errors.ts';
import { type IntOrString, isPercent } from '../int-or-string.ts';
import type { FieldError } from '../kind.ts';

const invalidPercent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for " +
  "validation is '[0-9]+%')";

export function validateIntOrPercent(path: string, value: IntOrString | undefined): FieldError[] {
  if (typeof value === 'number') return nonNegative(path, value);
  return value === undefined || isPercent(value) ? [] : [invalid(path, value, invalidPercent)];
}

export const validateAtMostAll = (path: string, value: IntOrString | undefined): FieldError[] =>
  isPercent(value) && Number.parseInt(String(value), 10) > 100
    ? [invalid(path, value, 'must not be greater than 100%')]
    : [];

/** A text that is neither a percentage nor a number counts as none. */
export function isNone(value: IntOrString = 0): boolean {
  if (typeof value === 'number' || isPercent(value)) return Number.parseInt(String(value), 10) === 0;
  return !/^[-+]?\d+$/.test(value) || Number(value) === 0;
}
