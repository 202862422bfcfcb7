/** What a JSON text holds, found out in one pass over its bytes before anything is made of it. */

export interface JsonShape {
  /** Lists and maps inside each other, at the deepest place. */
  levels: number;
  /** Items of lists and members of maps, whether plain values, lists or maps. */
  values: number;
  /** Members of maps alone. */
  members: number;
  /** Numbers of so many digits that a JavaScript number may not hold them. */
  hasLongNumber: boolean;
}

/** Digits of 2^53. Numbers with fewer are exact. */
const digitsOfLongNumber = 16;

const quoteMark = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const [openList, closeList, openMap, closeMap] = [0x5b, 0x5d, 0x7b, 0x7d];
const [zero, nine] = [0x30, 0x39];

/** Position of the quotation mark that ends a string, or the end of the text. `from` is behind the one that starts it. */
export function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== quoteMark) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine;

/** Stops as soon as there are more levels or values than that. Of a text that is no JSON the result means nothing. */
export function scanJson(bytes: Uint8Array, mostLevels: number, mostValues: number): JsonShape {
  const shape: JsonShape = { levels: 0, values: 0, members: 0, hasLongNumber: false };
  let level = 0;
  for (let at = 0; at < bytes.length && shape.levels <= mostLevels && shape.values <= mostValues; at += 1) {
    const byte = bytes[at];
    if (byte === quoteMark) at = endOfString(bytes, at + 1);
    else if (byte === comma) shape.values += 1;
    else if (byte === colon) shape.members += 1;
    else if (byte === openMap || byte === openList) {
      level += 1;
      shape.values += 1;
      if (level > shape.levels) shape.levels = level;
    } else if (byte === closeMap || byte === closeList) level -= 1;
    else if (isDigit(byte)) {
      const start = at;
      while (isDigit(bytes[at + 1])) at += 1;
      if (at + 1 - start >= digitsOfLongNumber) shape.hasLongNumber = true;
    }
  }
  return shape;
}
