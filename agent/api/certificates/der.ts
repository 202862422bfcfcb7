/**
 * Enough of DER to tell certificates and requests for them from other bytes.
 * https://www.rfc-editor.org/rfc/rfc2986#section-4 and https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */

interface Element {
  tag: number;
  content: Uint8Array;
}

const sequence = 0x30;
const bitString = 0x03;
const integer = 0x02;
/** `[0]`: the attributes of a request, the version of a certificate. */
const marked = 0xa0;

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

const hasTags = (elements: readonly Element[], tags: readonly number[]): boolean =>
  elements.length === tags.length && elements.every(({ tag }, index) => tag === tags[index]);

/** Of what is signed: its own parts, before how it is signed and the signature. */
function signedParts(bytes: Uint8Array): Element[] {
  const [whole, ...more] = elementsIn(bytes) ?? [];
  const parts = whole?.tag === sequence && more.length === 0 ? elementsIn(whole.content) : undefined;
  if (!parts || !hasTags(parts, [sequence, sequence, bitString])) return [];
  return elementsIn(parts[0]?.content ?? bytes) ?? [];
}

/** Whether they are a request: its version, subject, key and attributes. */
export function isRequest(bytes: Uint8Array): boolean {
  const parts = signedParts(bytes);
  return hasTags(parts.slice(0, 3), [integer, sequence, sequence]) && (parts[3]?.tag ?? marked) === marked;
}

/** Whether they are a certificate: its version, number, algorithm, issuer, validity, subject and key. */
export function isCertificate(bytes: Uint8Array): boolean {
  const parts = signedParts(bytes);
  const [first] = parts;
  const rest = first?.tag === marked ? parts.slice(1) : parts;
  return hasTags(rest.slice(0, 6), [integer, sequence, sequence, sequence, sequence, sequence]);
}
