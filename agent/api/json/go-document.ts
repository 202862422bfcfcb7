/**
 * JSON that is kept in a text, as Go's `encoding/json` reads it and complains of it.
 * https://pkg.go.dev/encoding/json#Unmarshal
 */
import { messageOf } from '../errors.ts';
import { syntaxProblem } from './syntax-error.ts';
import { isObject } from './value.ts';

/** What Go calls a JSON value. */
export function goNameOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

export type Reading<T> = { value: T; problem?: undefined } | { value?: undefined; problem: string };

const mismatch = (value: unknown, goType: string): { problem: string } => ({
  problem: `json: cannot unmarshal ${goNameOf(value)} into Go value of type ${goType}`,
});

function parse(text: string): Reading<unknown> {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: syntaxProblem(text) ?? messageOf(error) };
  }
}

/** `null` is an empty one. */
export function readMap(text: string, goType: string): Reading<Record<string, unknown>> {
  const { value, problem } = parse(text);
  if (problem !== undefined) return { problem };
  if (value === null) return { value: {} };
  return isObject(value) ? { value } : mismatch(value, goType);
}

/** A list of objects; `null` is an empty list, or an empty object in it. */
export function readObjects(text: string, goType: string): Reading<Record<string, unknown>[]> {
  const { value, problem } = parse(text);
  if (problem !== undefined) return { problem };
  if (value === null) return { value: [] };
  if (!Array.isArray(value)) return mismatch(value, `[]${goType}`);
  const other: unknown = value.find((each) => each !== null && !isObject(each));
  return other === undefined ? { value: value.map((each) => (isObject(each) ? each : {})) } : mismatch(other, goType);
}
