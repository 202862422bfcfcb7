/** JSON from clients, decoded as upstream does: exact integers, bounded, and with a memory of what stood there twice. */
import { markBigIntegers, withBigIntegers } from './big-integers.ts';
import { mostLevels, mostValues, tooDeep, tooManyValues } from './limits.ts';
import { scanJson } from './scan.ts';
import { countMembers, faultsOf, unknownFaults } from './strict.ts';

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

/**
 * Integers that no number holds are `bigint`. Throws `SyntaxError` where the text is no JSON or nested too deep, and
 * `ApiError` 413 where it holds too many values; the latter two before anything is made of it.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { levels, values, members, hasLongNumber } = scanJson(bytes, mostLevels, mostValues);
  if (levels > mostLevels) throw new SyntaxError(`invalid character '{' ${tooDeep}`);
  if (values > mostValues) throw tooManyValues();
  const text = decoder.decode(bytes);
  // The marks must not make JSON of what is none: it is parsed as it came first.
  const plain: unknown = JSON.parse(text);
  const value = hasLongNumber ? withBigIntegers(JSON.parse(markBigIntegers(text))) : plain;
  // Of members with the same name JSON.parse keeps one: only where some are missing is the text looked at again.
  if (members > countMembers(value)) remember(value, { bytes });
  return value;
}

/** For the parser of YAML: what it found in the text that `value` was made of. */
export function rememberRepeatedKeys(value: unknown, repeated: readonly string[]): void {
  if (repeated.length > 0) remember(value, { yaml: repeated });
}

/**
 * The same of a text that one of ours has written: no limits, no memory of its members. Throws `SyntaxError`.
 */
export function parseExact(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  return /\d{16}/.test(text) ? withBigIntegers(JSON.parse(markBigIntegers(text))) : plain;
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
