import { checkIp, isIpv6 } from './names.ts';

const special: readonly [matches: RegExp, detail: string][] = [
  [/^(0\.0\.0\.0|::)$/, 'may not be unspecified (0.0.0.0 or ::)'],
  [/^(127\.|::1$)/, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^(224\.0\.0\.|ff02:)/, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/** Many spellings are one address, and one of IPv4 in the form of IPv6 (`::ffff:127.0.0.1`) leads where that of IPv4 does. */
function normalize(ip: string): string {
  if (!isIpv6(ip)) return ip;
  const text = new URL(`http://[${ip}]`).hostname.slice(1, -1);
  const [, ...mapped] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(text) ?? [];
  if (mapped.length === 0) return text;
  return mapped
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

/**
 * An address that traffic may be sent to: one of the node itself would lead to whatever listens there.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateNonSpecialIP)
 */
export function checkEndpointIp(text: string): string[] {
  const malformed = checkIp(text);
  if (malformed.length > 0) return malformed;
  const ip = normalize(text);
  return special.filter(([matches]) => matches.test(ip)).map(([, detail]) => detail);
}

/** Of a slice whose type is `IPv4` or `IPv6`. */
export const checkEndpointIpOf =
  (type: string) =>
  (text: string): string[] => {
    const malformed = checkEndpointIp(text);
    if (malformed.length > 0) return malformed;
    return isIpv6(text) === (type === 'IPv6') ? [] : [`must be an ${type} address`];
  };
