/**
 * Integers of up to 64 bits, which the API has and a JavaScript number beyond 2^53 has not: those alone are `bigint` in
 * a decoded object. Whoever calculates with such a field converts it first; whoever passes it on need do nothing.
 */
import { setOwn } from '../own.ts';

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

export const isInt64 = (value: bigint): boolean => value >= least && value <= most;

/** Absent in browsers before 2025: there such an integer is printed as the nearest number. */
const rawJson: unknown = Reflect.get(JSON, 'rawJSON');

/** What `JSON.stringify` asks of a `bigint`. Beyond 64 bits Go has a `float64`, and prints what JavaScript prints. */
function toJson(this: bigint): unknown {
  return typeof rawJson === 'function' && isInt64(this) ? Reflect.apply(rawJson, JSON, [String(this)]) : Number(this);
}

// Once for the whole process: every `JSON.stringify` then prints them exactly, at no cost to those who have none.
Object.defineProperty(BigInt.prototype, 'toJSON', { value: toJson, writable: true, configurable: true });

/** A text that no client can know: it marks an integer on its way through `JSON.parse`. */
const mark = `\u0000${Math.random().toString(36).slice(2)}:`;
const marked = new TextEncoder().encode(JSON.stringify(mark).slice(0, -1));
const closing = new TextEncoder().encode('"');

/** The text with each of those integers in quotes and marked: where they start and end, one after the other. */
export function markIntegers(bytes: Uint8Array, places: readonly number[]): Uint8Array {
  const more = (marked.length + 1) * (places.length / 2);
  const result = new Uint8Array(bytes.length + more);
  let [copied, size] = [0, 0];
  const append = (part: Uint8Array) => {
    result.set(part, size);
    size += part.length;
  };
  for (let at = 0; at < places.length; at += 2) {
    const [start = 0, end = 0] = [places[at], places[at + 1]];
    append(bytes.subarray(copied, start));
    append(marked);
    append(bytes.subarray(start, end));
    append(closing);
    copied = end;
  }
  append(bytes.subarray(copied));
  return result;
}

/** Puts the marked integers in, in place. */
export function withBigIntegers(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  for (const key of Object.keys(value)) {
    const field: unknown = Reflect.get(value, key);
    const restored = withBigIntegers(field);
    if (restored !== field) setOwn<unknown>(value as Record<string, unknown>, key, restored);
  }
  return value;
}
