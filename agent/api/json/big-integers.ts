/**
 * Integers of up to 64 bits, which the API has and a JavaScript number beyond 2^53 has not: those alone are `bigint` in a
 * decoded object. Whoever calculates with such a field converts it first; whoever passes it on need do nothing.
 */

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
const marked = JSON.stringify(mark).slice(0, -1);

const quoteMark = 0x22;
const backslash = 0x5c;

function afterString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== quoteMark) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at + 1;
}

const inNumber = new Set(Array.from('0123456789+-.eE', (each) => each.charCodeAt(0)));
const isLong = (token: string): boolean =>
  token.length >= 16 && !/[.eE]/.test(token) && !Number.isSafeInteger(Number(token));

/** The text with each integer that a number cannot hold in quotes and marked. */
export function markBigIntegers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quoteMark) at = afterString(text, at + 1);
    else if (inNumber.has(code)) {
      const start = at;
      while (inNumber.has(text.charCodeAt(at))) at += 1;
      const token = text.slice(start, at);
      if (!isLong(token)) continue;
      parts.push(text.slice(copied, start), marked, token, '"');
      copied = at;
    } else at += 1;
  }
  return parts.join('') + text.slice(copied);
}

/** Puts the marked integers in, in place. */
export function withBigIntegers(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, field] of Object.entries(value)) {
    const restored = withBigIntegers(field);
    if (restored !== field) Reflect.set(value, key, restored);
  }
  return value;
}
