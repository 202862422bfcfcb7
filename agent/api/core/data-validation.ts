/** What ConfigMaps and Secrets have in common: keys, size, immutability. */
import { forbidden, invalid, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkConfigKey } from '../names.ts';
import { isEqual } from '../patch/json-value.ts';

const maxBytes = 1024 * 1024;

type Data = Readonly<Record<string, string>> | undefined;

/** `data` in base64 weighs less than its text; upstream counts what it decodes to. */
export function validateData({ data, binaryData }: { data?: Data; binaryData?: Data }): FieldError[] {
  const keys = (field: string, values: Data) =>
    Object.keys(values ?? {}).flatMap((key) =>
      checkConfigKey(key).map((detail) => invalid(`${field}[${key}]`, key, detail)),
    );
  const doubles = Object.keys(data ?? {})
    .filter((key) => binaryData && key in binaryData)
    .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  const size = [...Object.values(data ?? {}), ...Object.values(binaryData ?? {})].reduce(
    (sum, value) => sum + value.length,
    0,
  );
  return [
    ...keys('data', data),
    ...doubles,
    ...keys('binaryData', binaryData),
    ...(size > maxBytes * 1.4 ? [tooLong('data', maxBytes)] : []),
  ];
}

const frozen = 'field is immutable when `immutable` is set';

export function validateImmutable<T extends { immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return [];
  return [
    ...(object.immutable ? [] : [forbidden('immutable', frozen)]),
    ...fields
      .filter((field) => !isEqual(object[field] ?? {}, old[field] ?? {}))
      .map((field) => forbidden(field, frozen)),
  ];
}
