/**
 * Values out of JSON: by their types where those are known, else by what JSON says itself.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/common/valuesunstructured.go
 */
import { isObject } from '../json/value.ts';
import { parseDuration, parseTimestamp } from './times.ts';
import type { Type } from './types.ts';
import { EvaluationError, JsonList, JsonMap, ObjectValue, type Value } from './values.ts';

/** A value of no known type. A whole number is an integer. */
export function fromUntypedJson(json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return new JsonList(json, fromUntypedJson);
  if (isObject(json)) return new JsonMap(json, fromUntypedJson);
  if (typeof json === 'string' || typeof json === 'boolean' || typeof json === 'bigint') return json;
  throw new EvaluationError(`invalid data, got ${typeof json}`);
}

const mismatch = (wanted: string, json: unknown): EvaluationError =>
  new EvaluationError(`invalid data, expected ${wanted}, got ${Array.isArray(json) ? 'array' : typeof json}`);

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch (error) {
    throw new EvaluationError(`invalid base64: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textTo(type: Type, text: string): Value {
  if (type.kind === 'timestamp') return parseTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (type.kind === 'duration') return parseDuration(text);
  if (type.kind === 'bytes') return bytesOf(text);
  return text;
}

/** Throws `EvaluationError` where the value is not of its type. */
export function fromJson(json: unknown, type: Type): Value {
  if (json === null || json === undefined) return null;
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(json)) throw mismatch('array', json);
      return new JsonList(json, (item) => fromJson(item, type.item));
    case 'map':
      if (!isObject(json)) throw mismatch('object', json);
      return new JsonMap(json, (value) => fromJson(value, type.value));
    case 'object':
      if (!isObject(json)) throw mismatch('object', json);
      return new ObjectValue(json, type, fromJson);
    case 'double':
      if (typeof json !== 'number' && typeof json !== 'bigint') throw mismatch('number', json);
      return Number(json);
    case 'string':
    case 'bytes':
    case 'timestamp':
    case 'duration':
      if (typeof json !== 'string') throw mismatch('string', json);
      return textTo(type, json);
    default:
      return fromUntypedJson(json);
  }
}
