import { checkIp, isIpv6 } from './names.ts';

const special: readonly [matches: RegExp, detail: string][] = [
  [/^(0\.0\.0\.0|[0:]*::?0?)$/, 'may not be unspecified (0.0.0.0 or ::)'],
  [/^(127\.|(0{0,4}:){2,7}0{0,3}1$)/, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/i, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^(224\.0\.0\.|ff02:)/i, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/**
 * An address that traffic may be sent to: one of the node itself would lead to whatever listens there.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/apis/core/validation/validation.go (ValidateNonSpecialIP)
 */
export const checkNonSpecialIp = (text: string): string[] =>
  special.filter(([matches]) => matches.test(text)).map(([, detail]) => detail);

export function checkEndpointIp(text: string): string[] {
  const malformed = checkIp(text);
  return malformed.length > 0 ? malformed : checkNonSpecialIp(text);
}

/** Of a slice whose type is `IPv4` or `IPv6`. */
export const checkEndpointIpOf =
  (type: string) =>
  (text: string): string[] => {
    const malformed = checkEndpointIp(text);
    if (malformed.length > 0) return malformed;
    return isIpv6(text) === (type === 'IPv6') ? [] : [`must be an ${type} address`];
  };
