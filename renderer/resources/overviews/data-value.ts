/** What a key of a ConfigMap or a Secret holds: text, or bytes that are none. */
export interface Value {
  bytes: number;
  /** Absent where the bytes are no text. */
  text?: string;
  base64?: string;
}

/** Below it are control characters: a text has tabs and ends of lines of them, and a terminal's escape. */
const firstPrintable = 32;
const inTexts = new Set(['\t', '\n', '\r', '\f', '\u001b']);

const isText = (text: string): boolean => {
  for (let at = 0; at < text.length; at++)
    if (text.charCodeAt(at) < firstPrintable && !inTexts.has(text.charAt(at))) return false;
  return true;
};

export const ofText = (text: string): Value => ({ bytes: new TextEncoder().encode(text).length, text });

export function ofBase64(base64: string): Value {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { bytes: bytes.length, base64, ...(isText(text) ? { text } : {}) };
  } catch (error) {
    // https://encoding.spec.whatwg.org/#dom-textdecoder-decode
    if (error instanceof TypeError) return { bytes: bytes.length, base64 };
    throw error;
  }
}
