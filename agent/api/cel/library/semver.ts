/**
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/semverlib.go and
 * https://semver.org/#spec-item-11
 */
import { define, method, type Overload, once } from '../functions.ts';
import { compareTexts } from '../operations.ts';
import { bool, int, opaque, string } from '../types.ts';
import { EvaluationError, OpaqueValue } from '../values.ts';

const semver = opaque('kubernetes.Semver');

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
}

const longest = 256;
const pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function parse(text: string): Version | undefined {
  const match = text.length <= longest ? pattern.exec(text) : null;
  if (!match) return undefined;
  const [, major = '0', minor = '0', patch = '0', rest] = match;
  const prerelease = rest === undefined ? [] : rest.split('.');
  if (prerelease.some((each) => /^0\d+$/.test(each))) return undefined;
  return { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], prerelease };
}

/** `v1.2`, `01.2.3` and the like as what they mean. */
function normalized(text: string): string {
  if (text.length > longest) return text;
  const [core = '', ...rest] = text.replace(/^v/, '').split(/(?=[-+])/);
  const numbers = core.split('.').map((each) => each.replace(/^0+(?=\d)/, ''));
  while (numbers.length < 3 && rest.length === 0) numbers.push('0');
  return numbers.join('.') + rest.join('');
}

const order = <T>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);
const isNumber = (text: string): boolean => /^\d+$/.test(text);

function compareParts(left: string, right: string): number {
  if (isNumber(left) && isNumber(right)) return order(BigInt(left), BigInt(right));
  if (isNumber(left) !== isNumber(right)) return isNumber(left) ? -1 : 1;
  return compareTexts(left, right);
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return order(right.length, left.length);
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const found = compareParts(part, other);
    if (found !== 0) return found;
  }
  return order(left.length, right.length);
}

class SemverValue extends OpaqueValue {
  readonly typeName = semver.name;
  readonly version: Version;

  constructor(version: Version) {
    super();
    this.version = version;
  }

  compare({ version }: SemverValue): number {
    for (const [index, number] of this.version.numbers.entries()) {
      const found = order(number, version.numbers[index] ?? 0n);
      if (found !== 0) return found;
    }
    return comparePrereleases(this.version.prerelease, version.prerelease);
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && this.compare(other) === 0;
  }
}

const read = (text: string, normalize: boolean): Version | undefined => parse(normalize ? normalized(text) : text);

function parsed(text: string, normalize: boolean): SemverValue {
  const version = read(text, normalize);
  if (!version) throw new EvaluationError(text === '' ? 'Version string empty' : 'No Major.Minor.Patch elements found');
  return new SemverValue(version);
}

type Two = [SemverValue, SemverValue];
const two = [semver, semver];

export const semvers: readonly Overload[] = [
  define<[string]>('semver', [string], semver, (text) => parsed(text, false), once),
  define<[string, boolean]>('semver', [string, bool], semver, parsed, once),
  define<[string]>('isSemver', [string], bool, (text) => read(text, false) !== undefined, once),
  define<[string, boolean]>(
    'isSemver',
    [string, bool],
    bool,
    (text, normalize) => read(text, normalize) !== undefined,
    once,
  ),
  method<Two>('isGreaterThan', two, bool, (left, right) => left.compare(right) > 0),
  method<Two>('isLessThan', two, bool, (left, right) => left.compare(right) < 0),
  method<Two>('compareTo', two, int, (left, right) => BigInt(left.compare(right))),
  method<[SemverValue]>('major', [semver], int, ({ version }) => version.numbers[0]),
  method<[SemverValue]>('minor', [semver], int, ({ version }) => version.numbers[1]),
  method<[SemverValue]>('patch', [semver], int, ({ version }) => version.numbers[2]),
];
