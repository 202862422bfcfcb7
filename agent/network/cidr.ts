/** IPv4 arithmetic. */

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

export const contains = (cidr: string, ip: string): boolean => {
  const { first, last } = parseCIDR(cidr);
  const value = toNumber(ip);
  return value >= first && value <= last;
};

/** The gateway of a pod CIDR: its first host address. */
export const gatewayOf = (podCIDR: string): string => toAddress(parseCIDR(podCIDR).first + 1);

/** A MAC address derived from the IP address, like the CNI bridge plugin's, so that no neighbour entry goes stale. */
export const macOf = (ip: string): string =>
  `0a:58:${ip
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
