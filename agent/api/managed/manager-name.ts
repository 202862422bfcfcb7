/** Bytes of UTF-8, as upstream. */
const longest = 128;

/** Letters, marks, numbers, punctuation, symbols and the space: what Go calls printable. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** What almost every manager is called: all of it is printable, and a character is a byte. */
const plain = /^[ -~]{1,128}$/;

/**
 * Who writes: the `fieldManager` of the request, else the first part of the client's User-Agent (`kubectl/v1.36.0` is
 * `kubectl`).
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/create.go (managerOrUserAgent)
 */
export function managerName(fieldManager: string | undefined, userAgent: string | undefined): string {
  if (fieldManager) return fieldManager;
  const [program = ''] = (userAgent ?? '').slice(0, 4 * longest).split('/', 1);
  if (plain.test(program)) return program;
  const encoder = new TextEncoder();
  let name = '';
  let size = 0;
  for (const character of program) {
    if (!printable.test(character)) continue;
    size += encoder.encode(character).length;
    if (size > longest) break;
    name += character;
  }
  return name || 'unknown';
}

/**
 * One message for each character of a manager's name that is not printable, at its place in bytes.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/validation/validation.go
 * (ValidateFieldManager)
 */
export function printableProblems(manager: string): string[] {
  if (plain.test(manager)) return [];
  const encoder = new TextEncoder();
  let position = 0;
  return [...manager].flatMap((character) => {
    const at = position;
    position += encoder.encode(character).length;
    if (printable.test(character)) return [];
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return [`invalid character U+${code} (at position ${at})`];
  });
}
