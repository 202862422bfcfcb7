/** Text in quotes as Go's `%q` writes it, which is how error messages and warnings name what a client sent. */

const escapes: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** Everything but letters, marks, numbers, punctuation, symbols and the ASCII space: `strconv.IsPrint`. */
const special = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|["\\]/gu;

function escaped(character: string): string {
  const known = escapes.get(character);
  if (known) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** https://pkg.go.dev/strconv#Quote. The result has no control characters; half a surrogate pair becomes U+FFFD. */
export const quote = (text: string): string => `"${text.toWellFormed().replace(special, escaped)}"`;
