/** `"%s has %d".format([...])`. https://pkg.go.dev/github.com/google/cel-go/ext#Strings (format) */
import { isMap, type Meter } from '../operations.ts';
import { durationText, timestampText } from '../times.ts';
import { Duration, EvaluationError, List, Timestamp, TypeValue, Uint, type Value } from '../values.ts';

const longest = 1_000_000;
/** Of what is written in hexadecimal, byte by byte. */
const longestHex = 100_000;

const tooLong = (): EvaluationError => new EvaluationError('error during formatting: the result is too long');

const byteTexts = Array.from({ length: 256 }, (_each, byte) => byte.toString(16).padStart(2, '0'));

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return String(value);
}

function mapText(value: Value, meter: Meter): string {
  if (!isMap(value)) throw new EvaluationError('could not convert argument to string');
  const entries = [...value.keys()].map(
    (key) => [shownText(key, meter), shownText(value.get(key) ?? null, meter)] as const,
  );
  const sorted = entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `{${sorted.map(([key, each]) => `${key}: ${each}`).join(', ')}}`;
}

function itemTexts(list: List, meter: Meter): string[] {
  const texts: string[] = [];
  for (const item of list) texts.push(shownText(item, meter));
  return texts;
}

/** `%s` */
function shownText(value: Value, meter: Meter): string {
  meter.work(1);
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return doubleText(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof List) return `[${itemTexts(value, meter).join(', ')}]`;
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  return value instanceof TypeValue ? value.name : mapText(value, meter);
}

function wholeNumber(value: Value, verb: string): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return value.value;
  throw new EvaluationError(`error during formatting: ${verb} clause can only be used on integers`);
}

function hexText(value: Value): string {
  if (typeof value === 'string' || value instanceof Uint8Array) {
    if (value.length > longestHex) throw tooLong();
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    let text = '';
    for (const byte of bytes) text += byteTexts[byte];
    return text;
  }
  return wholeNumber(value, 'hex').toString(16);
}

function fixed(value: Value, precision: number): string {
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(precision) : doubleText(value);
  return Number(wholeNumber(value, 'fixed-point')).toFixed(precision);
}

function scientific(value: Value, precision: number): string {
  const number = typeof value === 'number' ? value : Number(wholeNumber(value, 'scientific notation'));
  return number.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');
}

function clauseText(verb: string, value: Value, precision: number, meter: Meter): string {
  switch (verb) {
    case 's':
      return shownText(value, meter);
    case 'd':
      return typeof value === 'number' ? doubleText(value) : String(wholeNumber(value, 'decimal'));
    case 'f':
      return fixed(value, precision);
    case 'e':
      return scientific(value, precision);
    case 'x':
      return hexText(value);
    case 'X':
      return hexText(value).toUpperCase();
    case 'o':
      return wholeNumber(value, 'octal').toString(8);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : wholeNumber(value, 'binary').toString(2);
    default:
      throw new EvaluationError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

const clause = /%(?:%|(?:\.(\d{1,3}))?(.?))/gsu;

/** Throws where there are more clauses than values. */
export function formatText(text: string, values: List, meter: Meter): string {
  let next = 0;
  let length = text.length;
  return text.replace(clause, (whole, precision: string | undefined, verb: string | undefined) => {
    if (whole === '%%') return '%';
    if (next >= values.size) throw new EvaluationError(`index ${next} out of range`);
    const digits = precision === undefined ? 6 : Math.min(100, Number(precision));
    const shown = clauseText(verb ?? '', values.at(next), digits, meter);
    next += 1;
    length += shown.length;
    if (length > longest) throw tooLong();
    return shown;
  });
}
