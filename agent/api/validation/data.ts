/** What ConfigMaps and Secrets have in common: keys, size, immutability. */
import { forbidden, invalid, tooLong } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkConfigKey } from '../names.ts';
import { bytesOf } from '../utf8.ts';

const maxBytes = 1024 * 1024;

type Data = Readonly<Record<string, string>> | undefined;

const bytesOfBase64 = (text: string): number => {
  const digits = text.replace(/[^A-Za-z0-9+/]/g, '').length;
  return Math.floor((digits * 3) / 4);
};

const validateKeys = (field: string, values: Data): FieldError[] =>
  Object.keys(values ?? {}).flatMap((key) =>
    checkConfigKey(key).map((detail) => invalid(`${field}[${key}]`, key, detail)),
  );

function sizeOf(values: Data, sizeOfValue: (value: string) => number): number {
  let size = 0;
  for (const value of Object.values(values ?? {})) size += sizeOfValue(value);
  return size;
}

const validateSize = (field: string, size: number): FieldError[] => (size > maxBytes ? [tooLong(field, maxBytes)] : []);

export function validateConfigData({ data, binaryData }: { data?: Data; binaryData?: Data }): FieldError[] {
  const doubles = Object.keys(data ?? {})
    .filter((key) => binaryData && key in binaryData)
    .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  return [
    ...validateKeys('data', data),
    ...doubles,
    ...validateKeys('binaryData', binaryData),
    // Upstream's name for the whole.
    ...validateSize('[]', sizeOf(data, bytesOf) + sizeOf(binaryData, bytesOfBase64)),
  ];
}

/** `data` is in base64; what it decodes to is counted. */
export const validateSecretData = (data: Data): FieldError[] => [
  ...validateKeys('data', data),
  ...validateSize('data', sizeOf(data, bytesOfBase64)),
];

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
