/** Integers of 64 bits, as Go's `strconv.ParseInt(text, 10, 64)` reads them and its arithmetic wraps them around. */
const bits = 64;
/** Longer texts are out of range, unless zeros lead; nobody writes those, and a million digits are slow to read. */
const mostDigits = 64;

const syntax = /^[+-]?\d+$/;

export const isIntegerText = (text: string): boolean => syntax.test(text);

/** Undefined for what is no integer, and for one beyond 64 bits. */
export function parseInt64(text: string | undefined): bigint | undefined {
  if (!text || text.length > mostDigits || !syntax.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(bits, value) === value ? value : undefined;
}

/**
 * One more. A field of a decoded object that a number cannot hold is a `bigint` (see `json/big-integers.ts`); so is the
 * result, and no other.
 */
export const plusOne = (value: number | bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) + 1 : BigInt.asIntN(bits, BigInt(value) + 1n);
