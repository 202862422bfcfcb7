/** Ranges of service addresses, of either family. */
import { addressAt, type Family, isWithin, parseAddress, parseCidr } from '../api/addresses.ts';

export interface Range {
  cidr: string;
  family: Family;
  /** How many addresses it has, at most 2^32. */
  size: number;
  contains(address: string): boolean;
  /** The address so many places after the first. */
  at(offset: number): string;
}

/** Throws if the text is no CIDR. */
export function rangeOf(cidr: string): Range {
  const range = parseCidr(cidr);
  if (!range) throw new Error(`not a CIDR: ${cidr}`);
  return {
    cidr,
    family: range.family,
    size: 2 ** Math.min(32, range.bytes.length * 8 - range.length),
    contains: (text) => {
      const address = parseAddress(text);
      return address !== undefined && isWithin(address, range);
    },
    at: (offset) => addressAt(range, offset),
  };
}
