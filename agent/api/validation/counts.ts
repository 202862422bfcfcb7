/** The counts in the status of workloads. */
import { invalid, nonNegative } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';

/** None of these counts is negative, nor greater than the count behind it. Absent ones are zero. */
export function validateCounts(
  status: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  mosts: readonly (readonly [field: string, most: string, called: string])[],
): FieldError[] {
  const count = (field: string): number => Number(status[field] ?? 0);
  return [
    ...fields.flatMap((field) => nonNegative(`status.${field}`, count(field))),
    ...mosts.flatMap(([field, most, called]) =>
      count(field) > count(most) ? [invalid(`status.${field}`, count(field), `cannot be greater than ${called}`)] : [],
    ),
  ];
}

/** A count that tells revisions apart only grows. */
export const validateCollisionCount = (now = 0, before = 0): FieldError[] =>
  now < before ? [invalid('status.collisionCount', now, 'cannot be decremented')] : [];
