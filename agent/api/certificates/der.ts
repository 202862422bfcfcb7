/** Enough of DER to tell a certificate request from other bytes. https://www.rfc-editor.org/rfc/rfc2986#section-4 */

interface Element {
  tag: number;
  content: Uint8Array;
}

const sequence = 0x30;
const bitString = 0x03;
const integer = 0x02;
/** The attributes of a request: `[0]`. */
const attributes = 0xa0;

/** What is in the bytes, one after the other; undefined where they are no DER. */
function elementsIn(bytes: Uint8Array): Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag = 0, first = 0] = [bytes[at], bytes[at + 1]];
    const lengthBytes = first & 0x80 ? first & 0x7f : 0;
    if (lengthBytes > 4) return undefined;
    let length = lengthBytes === 0 ? first : 0;
    for (let byte = 0; byte < lengthBytes; byte += 1) length = length * 256 + (bytes[at + 2 + byte] ?? 0);
    const start = at + 2 + lengthBytes;
    if (start + length > bytes.length) return undefined;
    elements.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

const hasTags = (elements: readonly Element[] | undefined, tags: readonly number[]): boolean =>
  elements?.length === tags.length && elements.every(({ tag }, index) => tag === tags[index]);

/** Whether they are a request: its subject, key and attributes, how they are signed, and the signature. */
export function isRequest(bytes: Uint8Array): boolean {
  const outer = elementsIn(bytes);
  if (!hasTags(outer, [sequence])) return false;
  const parts = elementsIn(outer?.[0]?.content ?? bytes);
  if (!hasTags(parts, [sequence, sequence, bitString])) return false;
  const info = elementsIn(parts?.[0]?.content ?? bytes);
  return hasTags(info?.slice(0, 3), [integer, sequence, sequence]) && (info?.[3]?.tag ?? attributes) === attributes;
}
