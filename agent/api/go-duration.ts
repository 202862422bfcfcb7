/** Durations as Go reads them. https://pkg.go.dev/time#ParseDuration */

const second = 1_000_000_000n;
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
};
/** An amount, and what stands there in place of a unit. */
const part = /(\d*)(?:\.(\d*))?([^.\d]*)/y;
const longest = 128;
const [least, most] = [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn];

/** Nanoseconds; throws an `Error` with Go's words. */
export function parseGoDuration(text: string): bigint {
  const quoted = JSON.stringify(text.slice(0, longest));
  const invalid = () => new Error(`time: invalid duration ${quoted}`);
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0n;
  if (unsigned === '' || text.length > longest) throw invalid();
  let nanos = 0n;
  for (part.lastIndex = 0; part.lastIndex < unsigned.length; ) {
    const [, whole = '', fraction = '', unit = ''] = part.exec(unsigned) ?? [];
    if (whole === '' && fraction === '') throw invalid();
    if (unit === '') throw new Error(`time: missing unit in duration ${quoted}`);
    const each = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (each === undefined) throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    nanos += BigInt(whole || '0') * each + (BigInt(fraction || '0') * each) / 10n ** BigInt(fraction.length);
  }
  const signed = text.startsWith('-') ? -nanos : nanos;
  if (signed > most || signed < least) throw invalid();
  return signed;
}
