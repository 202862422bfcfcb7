/** Arithmetic of addresses. */
import { addressAt, type Cidr, isWithin, parseAddress, parseCidr } from '../api/addresses.ts';

/** An IPv4 address as a number. Throws if the text is not one. */
export function toNumber(ip: string): number {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    throw new Error(`not an IPv4 address: ${ip}`);
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

export interface Range {
  /** The network address, as a number. */
  first: number;
  /** The broadcast address, as a number. */
  last: number;
  prefix: number;
}

/** The range of an IPv4 CIDR. Throws if the text is not one. */
export function parseCIDR(cidr: string): Range {
  const [ip = '', length = ''] = cidr.split('/');
  const prefix = Number(length);
  if (length === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > 32) throw new Error(`not a CIDR: ${cidr}`);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(toNumber(ip) / size) * size;
  return { first, last: first + size - 1, prefix };
}

/** The range of a CIDR of either family. Throws if the text is not one. */
function cidrOf(text: string): Cidr {
  const range = parseCidr(text);
  if (!range) throw new Error(`not a CIDR: ${text}`);
  return range;
}

/** False if they are of different families. */
export const contains = (cidr: string, ip: string): boolean => {
  const address = parseAddress(ip);
  return address !== undefined && isWithin(address, cidrOf(cidr));
};

export const prefixOf = (cidr: string): number => cidrOf(cidr).length;

/** The gateway of a pod CIDR: its first host address. */
export const gatewayOf = (podCIDR: string): string => addressAt(cidrOf(podCIDR), 1);

/** What has this address in the first of the pod CIDRs has the one at the same place in each of the others. */
export function addressesIn(
  [first, ...others]: readonly [string, ...string[]],
  ip: string,
): readonly [string, ...string[]] {
  const place = toNumber(ip) - parseCIDR(first).first;
  return [ip, ...others.map((cidr) => addressAt(cidrOf(cidr), place))];
}

/** A MAC address derived from the IPv4 address, like the CNI bridge plugin's, so that no neighbour entry goes stale. */
export const macOf = (ip: string): string =>
  `0a:58:${ip
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
