/** IPv4 ranges in CIDR notation. */
export interface Range {
  /** As a number. */
  first: number;
  size: number;
  contains(address: string): boolean;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

export function rangeOf(cidr: string): Range {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const number = toNumber(address);
  const first = number - (number % size);
  return {
    first,
    size,
    contains: (other) => {
      const value = toNumber(other);
      return value >= first && value < first + size;
    },
  };
}

export function addressAt(range: Range, offset: number): string {
  const number = range.first + offset;
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(number / unit) % 256).join('.');
}
