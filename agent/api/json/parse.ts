/**
 * JSON from clients, decoded as upstream does: exact integers, bounded, and with a memory of what stood there twice.
 */
import { markIntegers, withBigIntegers } from './big-integers.ts';
import { mostLevels, objectLimits, type SizeLimits, tooDeep, tooManyValues } from './limits.ts';
import { scanJson } from './scan.ts';
import { inOneGo, type Steps } from './steps.ts';
import { faultsOf, unknownFaults } from './strict.ts';
import { parseWellFormed } from './well-formed.ts';

/** What was found in the text of a body beside what it decodes to. */
interface Source {
  /** The text, where members stand more than once in it. */
  bytes?: Uint8Array;
  /** Of a YAML body, in the words of its parser. */
  yaml?: readonly string[];
}

const sources = new WeakMap<object, Source>();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function remember(value: unknown, source: Source): void {
  if (typeof value === 'object' && value !== null) sources.set(value, { ...sources.get(value), ...source });
}

/** `longIntegers`: where they are in the text. */
function parseMarked(bytes: Uint8Array, longIntegers: readonly number[]): unknown {
  try {
    return withBigIntegers(parseWellFormed(decoder.decode(markIntegers(bytes, longIntegers))));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // What is wrong is told about the text as it came.
    return JSON.parse(decoder.decode(bytes));
  }
}

/** Bytes. To look through fewer and to make something of them is one step. */
const shortText = 64 * 1024;

/**
 * Integers that no number holds are `bigint`. Throws `SyntaxError` where the text is no JSON or nested too deep, and
 * `ApiError` 413 where it holds too many values; the latter two before anything is made of it. In steps, between which
 * others may go on.
 */
export function* parsingJson(bytes: Uint8Array, limits: SizeLimits = objectLimits()): Steps<unknown> {
  const { levels, values, mayRepeat, longIntegers } = scanJson(bytes, mostLevels, limits.values);
  if (levels > mostLevels) throw new SyntaxError(`invalid character '{' ${tooDeep}`);
  if (values > limits.values) throw tooManyValues(limits.values);
  if (bytes.length > shortText) yield;
  const value = longIntegers.length > 0 ? parseMarked(bytes, longIntegers) : parseWellFormed(decoder.decode(bytes));
  if (mayRepeat) remember(value, { bytes });
  return value;
}

/** The same in one go. */
export const parseJson = (bytes: Uint8Array, limits?: SizeLimits): unknown => inOneGo(parsingJson(bytes, limits));

/** False where each member of each map in the text that `value` was made of surely stands there once. */
export const mayRepeatKeys = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && sources.get(value)?.bytes !== undefined;

/** For the parser of YAML: what it found in the text that `value` was made of. */
export function rememberRepeatedKeys(value: unknown, repeated: readonly string[]): void {
  if (repeated.length > 0) remember(value, { yaml: repeated });
}

/**
 * The same of a text that one of ours has written: no limits, no memory of its members. Throws `SyntaxError`.
 */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const bytes = new TextEncoder().encode(text);
  const { longIntegers } = scanJson(bytes, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  return longIntegers.length > 0 ? parseMarked(bytes, longIntegers) : JSON.parse(text);
}

export interface StrictFaults {
  /** One for each `Warning` header. */
  warnings: string[];
  /** What `fieldValidation=Strict` refuses, to be joined with commas. */
  errors: string[];
}

/** Of a body that was decoded here, with the paths of its fields that the kind does not have. */
export function strictFaults(body: unknown, unknown: readonly string[]): StrictFaults {
  const { bytes, yaml = [] }: Source = (typeof body === 'object' && body !== null && sources.get(body)) || {};
  const faults = bytes ? faultsOf(bytes, unknown) : unknownFaults(unknown);
  const asOne = yaml.length > 0 ? [`yaml: unmarshal errors:\n${yaml.map((each) => `  ${each}`).join('\n')}`] : [];
  return { warnings: [...yaml, ...faults], errors: [...asOne, ...faults] };
}
