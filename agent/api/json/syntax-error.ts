/**
 * What Go says of a text that is no JSON, for the fields whose content upstream parses.
 * https://pkg.go.dev/encoding/json#SyntaxError (scanner.go)
 */

interface Scan {
  text: string;
  at: number;
  /** The objects and arrays around the place, innermost last. */
  open: ('{' | '[')[];
}

const ended = 'unexpected end of JSON input';
const escapes: Readonly<Record<string, string>> = {
  "'": "\\'",
  '"': '"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

function shown(byte: string): string {
  const code = byte.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) return escapes[byte] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0x7f && code < 0xa1 ? `\\u${code.toString(16).padStart(4, '0')}` : (escapes[byte] ?? byte);
}

const unexpected = ({ text, at }: Scan, where: string): string =>
  at >= text.length ? ended : `invalid character '${shown(text.charAt(at))}' ${where}`;

/** Moves over what matches and says whether there was any. */
function take(scan: Scan, pattern: RegExp): boolean {
  pattern.lastIndex = scan.at;
  if (!pattern.test(scan.text)) return false;
  scan.at = pattern.lastIndex;
  return true;
}

const space = /[ \t\r\n]+/y;
const plain = /[ !#-[\]-\uffff]+/y;
const simpleEscape = /\\[bfnrt\\/"]/y;
const hexDigit = /[0-9a-fA-F]/y;
const digits = /[0-9]+/y;

/** Behind the opening quote. */
function stringProblem(scan: Scan): string | undefined {
  for (;;) {
    take(scan, plain);
    if (take(scan, /"/y)) return undefined;
    if (take(scan, simpleEscape)) continue;
    if (!take(scan, /\\/y)) return unexpected(scan, 'in string literal');
    if (!take(scan, /u/y)) return unexpected(scan, 'in string escape code');
    for (let digit = 0; digit < 4; digit += 1) {
      if (!take(scan, hexDigit)) return unexpected(scan, 'in \\u hexadecimal character escape');
    }
  }
}

function numberProblem(scan: Scan): string | undefined {
  take(scan, /-/y);
  if (!take(scan, /0|[1-9][0-9]*/y)) return unexpected(scan, 'in numeric literal');
  if (take(scan, /\./y) && !take(scan, digits)) return unexpected(scan, 'after decimal point in numeric literal');
  if (!take(scan, /[eE][-+]?/y) || take(scan, digits)) return undefined;
  return unexpected(scan, 'in exponent of numeric literal');
}

function literalProblem(scan: Scan, word: string): string | undefined {
  for (const letter of word) {
    if (scan.text[scan.at] !== letter) return unexpected(scan, `in literal ${word} (expecting '${letter}')`);
    scan.at += 1;
  }
  return undefined;
}

const literals: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/** Of a value that has no parts. */
function scalarProblem(scan: Scan): string | undefined {
  const first = scan.text.charAt(scan.at);
  const word = Object.hasOwn(literals, first) ? literals[first] : undefined;
  if (word) return literalProblem(scan, word);
  if (take(scan, /"/y)) return stringProblem(scan);
  if (/[-0-9]/.test(first)) return numberProblem(scan);
  return unexpected(scan, 'looking for beginning of value');
}

/** A key and its colon. */
function keyProblem(scan: Scan): string | undefined {
  take(scan, space);
  if (!take(scan, /"/y)) return unexpected(scan, 'looking for beginning of object key string');
  const problem = stringProblem(scan);
  take(scan, space);
  return problem ?? (take(scan, /:/y) ? undefined : unexpected(scan, 'after object key'));
}

/** Opens objects and arrays until there is a value that is whole. */
function valueProblem(scan: Scan): string | undefined {
  for (;;) {
    take(scan, space);
    if (take(scan, /\{/y)) {
      take(scan, space);
      if (take(scan, /\}/y)) return undefined;
      scan.open.push('{');
      const problem = keyProblem(scan);
      if (problem) return problem;
    } else if (take(scan, /\[/y)) {
      take(scan, space);
      if (take(scan, /\]/y)) return undefined;
      scan.open.push('[');
    } else return scalarProblem(scan);
  }
}

/** Behind a value: closes what ends here. True: another value follows. */
function closes(scan: Scan): boolean | string {
  for (;;) {
    take(scan, space);
    const open = scan.open.at(-1);
    if (open === undefined) return scan.at < scan.text.length ? unexpected(scan, 'after top-level value') : false;
    if (take(scan, /,/y)) return open === '[' ? true : (keyProblem(scan) ?? true);
    if (!take(scan, open === '[' ? /\]/y : /\}/y)) {
      return unexpected(scan, open === '[' ? 'after array element' : 'after object key:value pair');
    }
    scan.open.pop();
  }
}

/** `text` has one character a byte, as `atob` gives it. Undefined where it is JSON. Linear in its length. */
export function syntaxProblem(text: string): string | undefined {
  const scan: Scan = { text, at: 0, open: [] };
  for (;;) {
    const problem = valueProblem(scan);
    if (problem) return problem;
    const more = closes(scan);
    if (more !== true) return more || undefined;
  }
}
