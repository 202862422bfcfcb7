/** Where the revision goes in the bytes of a stored object, without parsing them. */

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const opening = 0x7b;
const closing = 0x7d;
const openingList = 0x5b;
const closingList = 0x5d;

const key = Buffer.from('"metadata"');

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Index of the first byte from `at` on that is no white space. */
function skipSpace(bytes: Uint8Array, at: number): number {
  let index = at;
  while (isSpace(bytes[index])) index += 1;
  return index;
}

/** Index behind the closing quote of the string that begins at `at`. */
function endOfString(bytes: Uint8Array, at: number): number {
  let index = at + 1;
  while (index < bytes.length && bytes[index] !== quote) index += bytes[index] === backslash ? 2 : 1;
  return index + 1;
}

const isKey = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start === key.length && key.every((byte, index) => bytes[start + index] === byte);

/** Behind the `{` of what follows the key that ends at `at`; -1 where that is no object with a field. */
function insideObject(bytes: Uint8Array, at: number): number {
  const separator = skipSpace(bytes, at);
  const start = skipSpace(bytes, separator + 1);
  const inside = bytes[separator] === colon && bytes[start] === opening;
  return inside && bytes[skipSpace(bytes, start + 1)] === quote ? start + 1 : -1;
}

/**
 * Offset of the first field of the top-level `metadata` in a JSON object, wherever in the object that is and however it
 * is spaced; -1 where there is no such field.
 */
export function metadataStart(bytes: Uint8Array): number {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === opening || byte === openingList) depth += 1;
    else if (byte === closing || byte === closingList) depth -= 1;
    else if (byte === quote) {
      const end = endOfString(bytes, at);
      const found = depth === 1 && isKey(bytes, at, end) ? insideObject(bytes, end) : -1;
      if (found !== -1) return found;
      at = end - 1;
    }
  }
  return -1;
}

/** A stored object with its revision: what is sent of it. */
export interface Spliced {
  readonly bytes: Buffer;
  /** Where the revision begins and ends in the bytes. */
  readonly start: number;
  readonly end: number;
}

/**
 * A copy with a resourceVersion as the first field of its metadata; undefined where `metadataStart` finds none. It has
 * memory of its own, because it lives as long as the object: in a pool it would keep all that lies beside it.
 */
export function withRevision(stored: Uint8Array, revision: number): Spliced | undefined {
  const start = metadataStart(stored);
  if (start === -1) return undefined;
  const field = `"resourceVersion":"${revision}",`;
  const end = start + field.length;
  const bytes = Buffer.allocUnsafeSlow(stored.length + field.length);
  bytes.set(stored.subarray(0, start));
  bytes.write(field, start, 'latin1');
  bytes.set(stored.subarray(start), end);
  return { bytes, start, end };
}

/** The stored bytes. */
export const withoutRevision = ({ bytes, start, end }: Spliced): Buffer =>
  Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);

/** Whether the bytes are those without the revision. */
export const isSplicedFrom = ({ bytes, start, end }: Spliced, stored: Uint8Array): boolean =>
  bytes.length - (end - start) === stored.length &&
  bytes.subarray(0, start).equals(stored.subarray(0, start)) &&
  bytes.subarray(end).equals(stored.subarray(start));
