/**
 * Validation of paths of files.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateLocalNonReservedPath)
 */
import { invalid } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';

export const hasBacksteps = (path: string): boolean => path.includes('..') && path.split('/').includes('..');

export const validateNoBacksteps = (at: string, path: string): FieldError[] =>
  hasBacksteps(path) ? [invalid(at, path, "must not contain '..'")] : [];

/** Relative, and never above where it starts. */
export function validateDescendingPath(at: string, path: string): FieldError[] {
  const errors = validateNoBacksteps(at, path);
  if (path.startsWith('/')) errors.unshift(invalid(at, path, 'must be a relative path'));
  return errors;
}

/** Of a file in a volume: `..data` and the like are the kubelet's own. */
export function validateLocalPath(at: string, path: string): FieldError[] {
  const errors = validateDescendingPath(at, path);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalid(at, path, "must not start with '..'"));
  return errors;
}

const mostMode = 0o777;

/** Permissions of a file. */
export const validateMode = (at: string, mode: number | undefined): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > mostMode)
    ? [invalid(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];
