/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (validateProvisioner, validateParameters)
 */
import { forbidden, invalid, invalidBy, required, tooLong } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import { bytesOf } from '../utf8.ts';

const mostParameters = 512;
const mostBytes = 256 * 1024;

type Parameters = Readonly<Record<string, string>>;

export const sizeOfEntries = (entries: Parameters = {}): number =>
  Object.entries(entries).reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);

export const validateProvisioner = (path: string, provisioner: string | undefined): FieldError[] =>
  provisioner ? invalidBy(path, provisioner.toLowerCase(), checkQualifiedName) : [required(path)];

export function validateParameters(path: string, parameters: Parameters = {}): FieldError[] {
  const keys = Object.keys(parameters);
  if (keys.length > mostParameters) return [tooLong(path, mostParameters)];
  return [
    ...(keys.includes('') ? [invalid(path, '', 'field can not be empty.')] : []),
    ...(sizeOfEntries(parameters) > mostBytes ? [tooLong(path, mostBytes)] : []),
  ];
}

/** Absent and empty parameters are not the same to upstream either. */
export const fixed = (path: string, now: unknown, before: unknown): FieldError[] =>
  isEqual(now, before) ? [] : [forbidden(path, `updates to ${path} are forbidden.`)];
