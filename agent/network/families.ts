/** How the kernel's tools spell the two families of addresses. */
import { type Family, familyOfAddress, parseCidr } from '../api/addresses.ts';

export interface FamilyTerms {
  family: Family;
  /** The family of nftables' tables and matches. */
  nft: 'ip' | 'ip6';
  /** The type of an address in nftables' sets. */
  type: 'ipv4_addr' | 'ipv6_addr';
  /** Bits of a whole address. */
  bits: 32 | 128;
  loopback: string;
  /**
   * What `ip address replace` needs beside: an address of IPv6 could not be used before the kernel looked for twins.
   */
  addressFlags: '' | ' nodad';
  /** Matches what is addressed to the node from elsewhere or to its own addresses; no route leads out of `::1`. */
  toNode: string;
  /** Lets pods ask their node for hardware addresses, which IPv4 does with another protocol. */
  neighbours: readonly string[];
  /** Arguments of `conntrack`. */
  conntrack: readonly string[];
  /**
   * What a node's bridge needs beside its address of the pods' range: the kernel asks for the hardware address of a pod
   * under an address of the link, unless the packet is its own.
   */
  linkAddresses: readonly string[];
  /**
   * Refuse a packet at once. A TCP client of IPv6 that is told while it still sends its first packet forgets what it
   * was told, and tries again a second later; a reset it keeps.
   */
  refusals: readonly string[];
  endpoint(ip: string, port: number): string;
}

const terms: Readonly<Record<Family, FamilyTerms>> = {
  IPv4: {
    family: 'IPv4',
    nft: 'ip',
    type: 'ipv4_addr',
    bits: 32,
    loopback: '127.0.0.0/8',
    addressFlags: '',
    toNode: 'fib daddr type local',
    neighbours: [],
    conntrack: [],
    linkAddresses: [],
    refusals: ['reject'],
    endpoint: (ip, port) => `${ip}:${port}`,
  },
  IPv6: {
    family: 'IPv6',
    nft: 'ip6',
    type: 'ipv6_addr',
    bits: 128,
    loopback: '::1',
    addressFlags: ' nodad',
    toNode: 'fib daddr type local ip6 daddr != ::1',
    neighbours: ['icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept'],
    conntrack: ['-f', 'ipv6'],
    linkAddresses: ['fe80::1/64'],
    refusals: ['meta l4proto tcp reject with tcp reset', 'reject'],
    endpoint: (ip, port) => `[${ip}]:${port}`,
  },
};

export const ipv4 = terms.IPv4;

/** Of an address or a CIDR. Throws for other text. */
export function termsOf(text: string): FamilyTerms {
  const family = parseCidr(text)?.family ?? familyOfAddress(text);
  if (!family) throw new Error(`neither an address nor a CIDR: ${text}`);
  return terms[family];
}

/** Whether an address or a CIDR is of that family; false for other text. */
export const isOf = ({ family }: FamilyTerms, text: string): boolean =>
  (parseCidr(text)?.family ?? familyOfAddress(text)) === family;

/** nftables takes no colon in the name of a chain or a set. */
export const inName = (ip: string): string => ip.replaceAll(':', '.');
