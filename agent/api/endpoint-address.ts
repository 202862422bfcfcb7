/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateEndpointIP)
 */
import { type Address, checkIp, type Family, familyOfAddress, parseAddress } from './addresses.ts';

const isLocalLink = ({ family, bytes: [first = 0, second = 0] }: Address): boolean =>
  family === 'IPv4' ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;

const isLocalMulticast = ({ family, bytes: [first, second, third] }: Address): boolean =>
  family === 'IPv4' ? first === 224 && second === 0 && third === 0 : first === 0xff && ((second ?? 0) & 0x0f) === 2;

const isUnspecified = ({ bytes }: Address): boolean => bytes.every((byte) => byte === 0);

const isLoopback = ({ family, bytes }: Address): boolean =>
  family === 'IPv4' ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));

/** Why traffic may not be sent to this address: one of the node itself would lead to whatever listens there. */
export function checkReachable(text: string): string[] {
  const address = parseAddress(text);
  if (!address) return ['must be a valid IP address'];
  return [
    ...(isUnspecified(address) ? [`may not be unspecified (${text})`] : []),
    ...(isLoopback(address) ? ['may not be in the loopback range (127.0.0.0/8, ::1/128)'] : []),
    ...(isLocalLink(address) ? ['may not be in the link-local range (169.254.0.0/16, fe80::/10)'] : []),
    ...(isLocalMulticast(address) ? ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'] : []),
  ];
}

/** Both of the form and of what is reached. */
export const checkEndpointIp = (text: string): string[] => [...checkIp(text), ...checkReachable(text)];

/** Of a slice whose type is this family. */
export const checkEndpointIpOf =
  (family: Family) =>
  (text: string): string[] => {
    const malformed = checkIp(text);
    const other = malformed.length === 0 && familyOfAddress(text) !== family;
    return [...malformed, ...(other ? [`must be an ${family} address`] : []), ...checkReachable(text)];
  };
