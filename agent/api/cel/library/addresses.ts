/**
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/ip.go and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/cidr.go
 */
import { parseAddress } from '../../addresses.ts';
import { define, method, type Overload, once, traversal, twice } from '../functions.ts';
import { bool, int, opaque, string } from '../types.ts';
import { EvaluationError, OpaqueValue } from '../values.ts';

const ipType = opaque('net.IP');
const cidrType = opaque('net.CIDR');

type Bytes = readonly number[];

const sameBytes = (left: Bytes, right: Bytes): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

/** RFC 5952: the first of the longest runs of zeros is left out. */
function ipv6Text(bytes: Bytes): string {
  const groups = Array.from({ length: 8 }, (_each, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  let run = { at: -1, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length += 1;
    if (length > run.length) run = { at, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (run.at < 0) return text(groups);
  return `${text(groups.slice(0, run.at))}::${text(groups.slice(run.at + run.length))}`;
}

const addressText = (bytes: Bytes): string => (bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes));

class IpValue extends OpaqueValue {
  readonly typeName = ipType.name;
  readonly bytes: Bytes;

  constructor(bytes: Bytes) {
    super();
    this.bytes = bytes;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof IpValue && sameBytes(other.bytes, this.bytes);
  }
}

/** With the bits beyond the first `length` as zeros. */
const maskedBytes = (bytes: Bytes, length: number): number[] =>
  bytes.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * at))) & 0xff);

class CidrValue extends OpaqueValue {
  readonly typeName = cidrType.name;
  readonly bytes: Bytes;
  readonly length: number;

  constructor(bytes: Bytes, length: number) {
    super();
    this.bytes = bytes;
    this.length = length;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof CidrValue && other.length === this.length && sameBytes(other.bytes, this.bytes);
  }

  includes(bytes: Bytes): boolean {
    if (bytes.length !== this.bytes.length) return false;
    return sameBytes(maskedBytes(bytes, this.length), maskedBytes(this.bytes, this.length));
  }
}

function parseIp(text: string): IpValue {
  if (text.includes('%'))
    throw new EvaluationError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  const address = parseAddress(text);
  if (!address || address.hasLeadingZeros) {
    const quoted = JSON.stringify(text);
    throw new EvaluationError(
      `IP Address ${quoted} parse error during conversion from string: ParseAddr(${quoted}): unable to parse IP`,
    );
  }
  if (address.isMapped) throw new EvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new IpValue(address.bytes);
}

function parseCidr(text: string): CidrValue {
  const slash = text.lastIndexOf('/');
  const address = parseAddress(text.slice(0, Math.max(0, slash)));
  const size = text.slice(slash + 1);
  const most = address?.family === 'IPv4' && !address.isMapped ? 32 : 128;
  const isPlain = /^(?:0|[1-9]\d{0,2})$/.test(size) && Number(size) <= most;
  if (slash < 0 || !address || address.hasLeadingZeros || !isPlain) {
    throw new EvaluationError(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): unable to parse`,
    );
  }
  if (address.isMapped) throw new EvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new CidrValue(address.bytes, Number(size));
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const isUnspecified = ({ bytes }: IpValue): boolean => bytes.every((byte) => byte === 0);
const isLoopback = ({ bytes }: IpValue): boolean =>
  bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
const isMulticast = ({ bytes: [first = 0, ...rest] }: IpValue): boolean =>
  rest.length === 3 ? first >= 224 && first < 240 : first === 0xff;
const isLinkLocalMulticast = ({ bytes }: IpValue): boolean =>
  bytes.length === 4
    ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0
    : bytes[0] === 0xff && ((bytes[1] ?? 0) & 0x0f) === 2;
const isLinkLocalUnicast = ({ bytes }: IpValue): boolean =>
  bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
const isBroadcast = ({ bytes }: IpValue): boolean => bytes.length === 4 && bytes.every((byte) => byte === 255);
const isGlobalUnicast = (ip: IpValue): boolean =>
  ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((test) => test(ip));

const includesCidr = (outer: CidrValue, inner: CidrValue): boolean =>
  outer.length <= inner.length && outer.includes(inner.bytes);

const comparison = traversal(2 * 16);
const included = { of: () => comparison };
const includedText = { of: ([, text = 0]: readonly number[]) => comparison + traversal(text) };
const one = [ipType];

export const addresses: readonly Overload[] = [
  define<[string]>('ip', [string], ipType, parseIp, once),
  define<[string]>('isIP', [string], bool, (text) => succeeds(() => parseIp(text)), once),
  define<[string]>('ip.isCanonical', [string], bool, (text) => addressText(parseIp(text).bytes) === text, twice),
  define<[IpValue]>('string', one, string, ({ bytes }) => addressText(bytes)),
  method<[IpValue]>('family', one, int, ({ bytes }) => (bytes.length === 4 ? 4n : 6n)),
  method<[IpValue]>('isUnspecified', one, bool, isUnspecified),
  method<[IpValue]>('isLoopback', one, bool, isLoopback),
  method<[IpValue]>('isLinkLocalMulticast', one, bool, isLinkLocalMulticast),
  method<[IpValue]>('isLinkLocalUnicast', one, bool, isLinkLocalUnicast),
  method<[IpValue]>('isGlobalUnicast', one, bool, isGlobalUnicast),
  define<[string]>('cidr', [string], cidrType, parseCidr, once),
  define<[string]>('isCIDR', [string], bool, (text) => succeeds(() => parseCidr(text)), once),
  define<[CidrValue]>('string', [cidrType], string, ({ bytes, length }) => `${addressText(bytes)}/${length}`),
  method<[CidrValue, IpValue]>('containsIP', [cidrType, ipType], bool, (cidr, ip) => cidr.includes(ip.bytes), included),
  method<[CidrValue, string]>(
    'containsIP',
    [cidrType, string],
    bool,
    (cidr, text) => cidr.includes(parseIp(text).bytes),
    includedText,
  ),
  method<[CidrValue, CidrValue]>('containsCIDR', [cidrType, cidrType], bool, includesCidr, included),
  method<[CidrValue, string]>(
    'containsCIDR',
    [cidrType, string],
    bool,
    (cidr, text) => includesCidr(cidr, parseCidr(text)),
    includedText,
  ),
  method<[CidrValue]>('ip', [cidrType], ipType, ({ bytes }) => new IpValue(bytes)),
  method<[CidrValue]>('prefixLength', [cidrType], int, ({ length }) => BigInt(length)),
  method<[CidrValue]>(
    'masked',
    [cidrType],
    cidrType,
    ({ bytes, length }) => new CidrValue(maskedBytes(bytes, length), length),
  ),
];
