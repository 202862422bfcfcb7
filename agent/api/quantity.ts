/**
 * Resource quantities, exact to a nano-unit.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/resource/quantity.go
 */

type Format = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** Billionths of a unit; anything finer is rounded up, as upstream does. */
  readonly nano: bigint;
  readonly format: Format;
}

const mostDigits = 256;
const nanoPerUnit = 1_000_000_000n;
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Suffix of 1000^(index - 3). */
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const pattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

const quantityPattern = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
const invalidQuantity = `quantities must match the regular expression '${quantityPattern}'`;
const suffixed = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eEinumkKMGTP]+[-+]?\d*|[-+]\d*)?$/;

/** What is wrong with a text that is no quantity. */
export const quantityProblem = (text: string | number): string =>
  suffixed.test(String(text)) ? "unable to parse quantity's suffix" : invalidQuantity;

interface Scale {
  multiply: bigint;
  divide: bigint;
  format: Format;
}

/** Of every suffix but exponents, which have no end. */
const scales: ReadonlyMap<string, Scale> = new Map([
  ...binary.map((suffix, power): [string, Scale] => [
    suffix,
    { multiply: nanoPerUnit * 1024n ** BigInt(power), divide: 1n, format: 'BinarySI' },
  ]),
  ...decimal.map((suffix, step): [string, Scale] => [
    suffix,
    { multiply: 1000n ** BigInt(step), divide: 1n, format: 'DecimalSI' },
  ]),
]);

/** Numerator and denominator of what one of the suffix is worth, in nano-units. */
function scaleOf(suffix: string): Scale {
  const known = scales.get(suffix);
  if (known) return known;
  const exponent = Number(suffix.slice(1));
  return exponent >= 0
    ? { multiply: nanoPerUnit * 10n ** BigInt(exponent), divide: 1n, format: 'DecimalExponent' }
    : { multiply: nanoPerUnit, divide: 10n ** BigInt(-exponent), format: 'DecimalExponent' };
}

/** Amounts in powers of two end there, as upstream: 2^63 - 1 units. */
const mostBinary = (2n ** 63n - 1n) * nanoPerUnit;

const capped = (nano: bigint, format: Format): bigint =>
  format === 'BinarySI' && nano > mostBinary ? mostBinary : nano;

const divideUp = (numerator: bigint, denominator: bigint): bigint => (numerator + denominator - 1n) / denominator;

/** Pods ask for the same few amounts again and again. Cleared when it is full, so that nobody can make it grow. */
const parsed = new Map<string, Quantity>();
const mostParsed = 1024;

/** Undefined where the text is no quantity. */
export function tryParseQuantity(text: string | number): Quantity | undefined {
  const known = parsed.get(String(text));
  if (known) return known;
  const quantity = parse(String(text));
  if (!quantity) return undefined;
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(String(text), quantity);
  return quantity;
}

function parse(text: string): Quantity | undefined {
  // Exact arithmetic on a megabyte of digits would block everybody else.
  const match = text.length <= mostDigits ? pattern.exec(text) : null;
  if (!match) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  // Digits of an exponent beyond any use would only burn memory.
  if (/^[eE]/.test(suffix) && suffix.length > 1 && Math.abs(Number(suffix.slice(1))) > 1000) return undefined;
  const { multiply, divide, format } = scaleOf(suffix);
  const exact =
    fraction === '' && divide === 1n
      ? BigInt(whole) * multiply
      : divideUp(BigInt(whole + fraction || '0') * multiply, 10n ** BigInt(fraction.length) * divide);
  const magnitude = capped(exact, format);
  return { nano: sign === '-' ? -magnitude : magnitude, format };
}

/** Throws where the text is no quantity. */
export function parseQuantity(text: string | number): Quantity {
  const quantity = tryParseQuantity(text);
  if (!quantity) throw new Error(quantityProblem(text));
  return quantity;
}

/** In whole units, rounded up: bytes, cores. */
export const quantityValue = (text: string | number | undefined): number =>
  text === undefined ? 0 : Number(ceilTo(parseQuantity(text).nano, nanoPerUnit));

/** In thousandths, rounded up: millicores. */
export const quantityMilliValue = (text: string | number | undefined): number =>
  text === undefined ? 0 : Number(ceilTo(parseQuantity(text).nano, 1_000_000n));

function ceilTo(nano: bigint, unit: bigint): bigint {
  const quotient = nano / unit;
  return nano > 0n && nano % unit !== 0n ? quotient + 1n : quotient;
}

function withoutFactors(value: bigint, factor: bigint, most: number): { mantissa: bigint; times: number } {
  let mantissa = value;
  let times = 0;
  while (times < most && mantissa !== 0n && mantissa % factor === 0n) {
    mantissa /= factor;
    times += 1;
  }
  return { mantissa, times };
}

/** The canonical text: no fraction, the largest suffix that needs none; `0.5` is `500m`, `2048Ki` is `2Mi`. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const small = nano > -1024n * nanoPerUnit && nano < 1024n * nanoPerUnit;
  if (format === 'BinarySI' && !small) {
    const { mantissa, times } = withoutFactors(ceilTo(nano, nanoPerUnit), 1024n, binary.length - 1);
    return `${mantissa}${binary[times] ?? ''}`;
  }
  const { mantissa, times } = withoutFactors(
    nano,
    1000n,
    format === 'DecimalExponent' ? Number.POSITIVE_INFINITY : decimal.length - 1,
  );
  if (format !== 'DecimalExponent') return `${mantissa}${decimal[times] ?? ''}`;
  const exponent = (times - 3) * 3;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

/** The format of the first one wins, unless that is zero. */
export function addQuantities(left: string | number, right: string | number): string {
  const [first, second] = [parseQuantity(left), parseQuantity(right)];
  return formatQuantity({ nano: first.nano + second.nano, format: first.nano === 0n ? second.format : first.format });
}

export function compareQuantities(left: string | number, right: string | number): number {
  const difference = parseQuantity(left).nano - parseQuantity(right).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
