/** What a JSON text holds, found out in one pass over its bytes before anything is made of it. */

export interface JsonShape {
  /** Lists and maps inside each other, at the deepest place. */
  levels: number;
  /** Items of lists and members of maps, whether plain values, lists or maps. */
  values: number;
  /** Some map may have two members of the same name. Never false where one has. */
  mayRepeat: boolean;
  /** Where each integer that a JavaScript number cannot hold starts and ends, one after the other. */
  longIntegers: number[];
}

/** Digits of 2^53. Numbers with fewer are exact. */
const digitsOfLong = 16;
/** An integer of more digits than that is taken as the nearest number: to make a `bigint` of it takes too long. */
const mostDigits = 100;

export const quoteMark = 0x22;
export const backslash = 0x5c;
export const comma = 0x2c;
export const colon = 0x3a;
const minus = 0x2d;
const slash = 0x2f;
const letterU = 0x75;
export const [openList, closeList, openMap, closeMap] = [0x5b, 0x5d, 0x7b, 0x7d];
const [zero, nine] = [0x30, 0x39];

/**
 * Position of the quotation mark that ends a string, or the end of the text. `from` is behind the one that starts it.
 */
export function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== quoteMark) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine;

/** The first byte from `at` on, in steps of 1 or -1, that is no white space; undefined where the text ends. */
function nextByte(bytes: Uint8Array, at: number, step: 1 | -1): number | undefined {
  let found = at;
  while ((bytes[found] ?? quoteMark) <= 0x20) found += step;
  return bytes[found];
}

const before = new Set<number | undefined>([openList, comma, colon, undefined]);
const after = new Set<number | undefined>([closeList, closeMap, comma, undefined]);

function wholeNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + ((bytes[at] ?? zero) - zero);
  return value;
}

/** Whether those digits are a whole number by themselves, and one that no JavaScript number holds. */
function isLongInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const digits = end - start;
  if (digits < digitsOfLong || digits > mostDigits || bytes[start] === zero) return false;
  if (digits === digitsOfLong && wholeNumber(bytes, start, end) <= Number.MAX_SAFE_INTEGER) return false;
  const first = bytes[start - 1] === minus ? start - 1 : start;
  return before.has(nextByte(bytes, first - 1, -1)) && after.has(nextByte(bytes, end, 1));
}

/** Keys by a number made of their bytes: different ones may have the same. */
class Keys {
  mayRepeat = false;
  readonly #seen = new Set<number>();

  /** `map` tells the maps of a text apart. */
  add(bytes: Uint8Array, start: number, end: number, map: number): void {
    if (this.mayRepeat) return;
    let hash = Math.imul(map, 0x9e3779b1);
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      // These escapes may spell a key that stands there in another spelling. Of others there is but one.
      if (byte === backslash && (bytes[at + 1] === letterU || bytes[at + 1] === slash)) this.mayRepeat = true;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    const known = this.#seen.size;
    this.#seen.add(hash);
    if (this.#seen.size === known) this.mayRepeat = true;
  }
}

class Scan implements JsonShape {
  levels = 0;
  values = 0;
  readonly longIntegers: number[] = [];
  readonly #keys = new Keys();
  readonly #bytes: Uint8Array;
  /** The lists and maps around the present place, each by how many came before it. */
  readonly #open: number[] = [];
  #containers = 0;
  #stringStart = 0;
  #stringEnd = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get mayRepeat(): boolean {
    return this.#keys.mayRepeat;
  }

  /** Takes what starts at `at` and returns the position of its last byte. */
  step(at: number): number {
    switch (this.#bytes[at]) {
      case quoteMark:
        this.#stringStart = at + 1;
        this.#stringEnd = endOfString(this.#bytes, at + 1);
        return this.#stringEnd;
      case comma:
        this.values += 1;
        return at;
      case colon:
        this.#keys.add(this.#bytes, this.#stringStart, this.#stringEnd, this.#open.at(-1) ?? 0);
        return at;
      case openMap:
      case openList:
        this.values += 1;
        this.#containers += 1;
        this.#open.push(this.#containers);
        this.levels = Math.max(this.levels, this.#open.length);
        return at;
      case closeMap:
      case closeList:
        this.#open.pop();
        return at;
      default:
        return isDigit(this.#bytes[at]) ? this.#number(at) : at;
    }
  }

  #number(start: number): number {
    let end = start + 1;
    while (isDigit(this.#bytes[end])) end += 1;
    if (isLongInteger(this.#bytes, start, end)) {
      this.longIntegers.push(this.#bytes[start - 1] === minus ? start - 1 : start, end);
    }
    return end - 1;
  }
}

/** Stops as soon as there are more levels or values than that. Of a text that is no JSON the result means nothing. */
export function scanJson(bytes: Uint8Array, mostLevels: number, mostValues: number): JsonShape {
  const scan = new Scan(bytes);
  for (let at = 0; at < bytes.length && scan.levels <= mostLevels && scan.values <= mostValues; at += 1) {
    at = scan.step(at);
  }
  const { levels, values, mayRepeat, longIntegers } = scan;
  return { levels, values, mayRepeat, longIntegers };
}
