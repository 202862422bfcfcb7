/**
 * IP addresses and CIDRs as text.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/validation/ip.go, with its feature gate
 * StrictIPCIDRValidation, which is on in this release.
 */
export type Family = 'IPv4' | 'IPv6';

export interface Address {
  /** An address of IPv4 written as one of IPv6 (`::ffff:1.2.3.4`) is of IPv4. */
  family: Family;
  /** 4 or 16. */
  bytes: readonly number[];
  isMapped: boolean;
  hasLeadingZeros: boolean;
}

const longest = 100;

const fourNumbers = /^(\d{1,8})\.(\d{1,8})\.(\d{1,8})\.(\d{1,8})$/;
const leadingZero = /(?:^|\.)0\d/;

function parseOctets(text: string): { bytes: number[]; hasLeadingZeros: boolean } | undefined {
  const match = fourNumbers.exec(text);
  if (!match) return undefined;
  const bytes = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
  return bytes.some((byte) => byte > 255) ? undefined : { bytes, hasLeadingZeros: leadingZero.test(text) };
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

/** The groups of both sides of `::`, of which the last may be four octets. Undefined: no address. */
function splitGroups(text: string): { head: string[]; tail: string[]; isShortened: boolean } | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  return { head: groupsOf(head), tail: groupsOf(tail ?? ''), isShortened: tail !== undefined };
}

function parseGroups(text: string): Address | undefined {
  const split = splitGroups(text);
  if (!split) return undefined;
  const { head, tail, isShortened } = split;
  const all = [...head, ...tail];
  const last = (isShortened ? tail : head).at(-1) ?? '';
  const octets = last.includes('.') ? parseOctets(last) : undefined;
  const groups = octets ? all.slice(0, -1) : all;
  if (!groups.every((group) => /^[0-9a-fA-F]{1,8}$/.test(group) && Number.parseInt(group, 16) <= 0xffff)) {
    return undefined;
  }
  const count = groups.length + (octets ? 2 : 0);
  if (isShortened ? count >= 8 : count !== 8) return undefined;
  const pairs = groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
  const bytes = [...pairs, ...(octets?.bytes ?? [])];
  bytes.splice(head.length * 2, 0, ...Array<number>(16 - bytes.length).fill(0));
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  const hasLeadingZeros = groups.some((group) => group.length > 4) || (octets?.hasLeadingZeros ?? false);
  return isMapped
    ? { family: 'IPv4', bytes: bytes.slice(12), isMapped, hasLeadingZeros }
    : { family: 'IPv6', bytes, isMapped, hasLeadingZeros };
}

/** As lenient as upstream is with what it stored in the past: leading zeros are decimal. Undefined: no address. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > longest) return undefined;
  if (text.includes(':')) return parseGroups(text);
  const octets = parseOctets(text);
  return octets && { family: 'IPv4', ...octets, isMapped: false };
}

export const familyOfAddress = (text: string): Family | undefined => parseAddress(text)?.family;

export function checkIp(text: string): string[] {
  const address = parseAddress(text);
  if (!address) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  if (address.hasLeadingZeros) return ['must not have leading 0s'];
  return address.isMapped ? ['must not be an IPv4-mapped IPv6 address'] : [];
}

const hasBitsBeyond = (bytes: readonly number[], length: number): boolean =>
  bytes.some((byte, index) => (byte & (0xff >> Math.min(8, Math.max(0, length - index * 8)))) !== 0);

export function checkCidr(text: string): string[] {
  const [base = '', size = '', ...more] = text.split('/');
  const address = parseAddress(base);
  const bits = address?.isMapped || address?.family === 'IPv6' ? 128 : 32;
  if (!address || more.length > 0 || !/^\d{1,8}$/.test(size) || Number(size) > bits) {
    return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  }
  if (address.hasLeadingZeros || (size.length > 1 && size.startsWith('0'))) {
    return ['must not have leading 0s in IP or prefix length'];
  }
  if (address.isMapped) return ['must not have an IPv4-mapped IPv6 address'];
  return hasBitsBeyond(address.bytes, Number(size)) ? ['must not have bits set beyond the prefix length'] : [];
}

/** Two, one of each family. */
export const isDualStack = (addresses: readonly string[]): boolean =>
  new Set(addresses.map((each) => familyOfAddress(each.split('/')[0] ?? ''))).size === 2 && addresses.length === 2;

/** The longest run of at least two zeros is `::`, the first of several. https://www.rfc-editor.org/rfc/rfc5952 */
function formatGroups(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, index) => index >= start && group !== 0);
    return (end === -1 ? groups.length : end) - start;
  });
  const longestRun = Math.max(...runs);
  const hex = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  if (longestRun < 2) return hex(groups);
  const start = runs.indexOf(longestRun);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + longestRun))}`;
}

/** The one way to write it. */
export const formatAddress = ({ family, bytes }: Pick<Address, 'family' | 'bytes'>): string =>
  family === 'IPv4' ? bytes.join('.') : formatGroups(bytes);

const notCanonical = (text: string, canonical: string): string[] =>
  text === canonical ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];

/** Of newer fields, which take one way of writing alone. */
export function checkCanonicalIp(text: string): string[] {
  const problems = checkIp(text);
  const address = parseAddress(text);
  return problems.length > 0 || !address ? problems : notCanonical(text, formatAddress(address));
}

/** The same of a range. */
export function checkCanonicalCidr(text: string): string[] {
  const problems = checkCidr(text);
  const [base = '', size = ''] = text.split('/');
  const address = parseAddress(base);
  return problems.length > 0 || !address ? problems : notCanonical(text, `${formatAddress(address)}/${size}`);
}

export interface Cidr extends Pick<Address, 'family' | 'bytes'> {
  /** Bits of the prefix. */
  length: number;
}

/** As lenient as `parseAddress`. Undefined: no range. */
export function parseCidr(text: string): Cidr | undefined {
  const [base = '', size = '', ...more] = text.split('/');
  const address = parseAddress(base);
  if (!address || more.length > 0 || !/^\d{1,3}$/.test(size)) return undefined;
  const { family, bytes } = address;
  return Number(size) <= bytes.length * 8 ? { family, bytes, length: Number(size) } : undefined;
}

/** Whether the first `length` bits are the same. */
const sharePrefix = (left: readonly number[], right: readonly number[], length: number): boolean =>
  left.every((byte, index) => {
    const mask = (0xff << (8 - Math.min(8, Math.max(0, length - index * 8)))) & 0xff;
    return (byte & mask) === ((right[index] ?? 0) & mask);
  });

/** Whether every address of `inner` is in `outer`, which has others as well. */
export const isStrictlyWithin = (inner: Cidr, outer: Cidr): boolean =>
  inner.family === outer.family && inner.length > outer.length && sharePrefix(outer.bytes, inner.bytes, outer.length);

/** Whether the address is of the range's family, and in it. */
export const isWithin = (address: Pick<Address, 'family' | 'bytes'>, range: Cidr): boolean =>
  address.family === range.family && sharePrefix(range.bytes, address.bytes, range.length);

/** The address so many places after the range's first. */
export function addressAt({ family, bytes, length }: Cidr, offset: number): string {
  let carry = offset;
  const sum = [...bytes];
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    const network = (bytes[index] ?? 0) & (0xff << (8 - Math.min(8, Math.max(0, length - index * 8))));
    const value = network + carry;
    sum[index] = value % 256;
    carry = Math.floor(value / 256);
  }
  return formatAddress({ family, bytes: sum });
}
