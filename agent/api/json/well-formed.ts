/**
 * Escapes of half a character, which JavaScript keeps and Go replaces when it decodes.
 * https://pkg.go.dev/encoding/json#Unmarshal
 */
import { setOwn } from '../own.ts';
import { isObject } from './value.ts';

const escapedHalf = /\\u[dD][89a-fA-F]/;

/** In place, except for the value itself: keys keep their order. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) value[index] = wellFormed(item);
    return value;
  }
  if (!isObject(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) setOwn(fields, key.toWellFormed(), wellFormed(field));
  return fields;
}

/** `JSON.parse`, with the replacement character where a text has half a character. */
export function parseWellFormed(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return escapedHalf.test(text) ? wellFormed(value) : value;
}
