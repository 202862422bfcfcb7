/**
 * Constructors of validation errors.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/validation/field/errors.go
 */
import type { FieldError } from './kind.ts';

export const required = (field: string, detail = ''): FieldError => ({ type: 'Required', field, detail });
export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  value,
  detail,
});
export const forbidden = (field: string, detail: string): FieldError => ({ type: 'Forbidden', field, detail });
export const duplicate = (field: string, value: unknown): FieldError => ({
  type: 'Duplicate',
  field,
  value,
  detail: '',
});
export const notFound = (field: string, value: unknown, detail = ''): FieldError => ({
  type: 'NotFound',
  field,
  value,
  detail,
});
export const tooMany = (field: string, items: number, most: number): FieldError => ({
  type: 'TooMany',
  field,
  value: items,
  detail: `must have at most ${most} items`,
});
export const tooLong = (field: string, bytes: number): FieldError => ({
  type: 'TooLong',
  field,
  detail: `may not be more than ${bytes} bytes`,
});
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  type: 'NotSupported',
  field,
  value,
  detail: `supported values: ${supported.map((each) => JSON.stringify(each)).join(', ')}`,
});

/** One error per message of a check. */
export const invalidBy = (field: string, value: string, check: (text: string) => string[]): FieldError[] =>
  check(value).map((detail) => invalid(field, value, detail));

/** Absent values are not this rule's business. */
export const oneOf = (field: string, value: unknown, supported: readonly string[]): FieldError[] =>
  value === undefined || supported.includes(String(value)) ? [] : [notSupported(field, value, supported)];

export const nonNegative = (field: string, value: number | undefined): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];

export const immutable = 'field is immutable';

export const positive = (field: string, value: number | undefined): FieldError[] =>
  value !== undefined && value <= 0 ? [invalid(field, value, 'must be greater than zero')] : [];

/** One error for all that is wrong, as upstream does it for the values of taints and tolerations. */
export function invalidAtOnce(field: string, value: string, check: (text: string) => string[]): FieldError[] {
  const problems = check(value);
  return problems.length > 0 ? [invalid(field, value, problems.join(';'))] : [];
}

/** Absent and empty texts are not this rule's business. */
export const invalidIfGiven = (
  field: string,
  value: string | undefined,
  check: (text: string) => string[],
): FieldError[] => (value ? invalidBy(field, value, check) : []);

export const requiredText = (field: string, value: string | undefined): FieldError[] =>
  value ? [] : [required(field)];

/** A text that must be there, and must pass the check. */
export const requiredBy = (
  field: string,
  value: string | undefined,
  check: (text: string) => string[],
): FieldError[] => (value ? invalidBy(field, value, check) : [required(field)]);

export const betweenInclusive = (field: string, value: number, least: number, most: number): FieldError[] =>
  value >= least && value <= most ? [] : [invalid(field, value, `must be between ${least} and ${most}, inclusive`)];
