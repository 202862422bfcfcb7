import { expect, it } from 'vitest';
import { checkEndpointIp, checkEndpointIpOf } from '../../../../agent/api/endpoint-address.ts';

const malformed = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
const linkLocal = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
const multicast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
const unreachable = 'must be a valid IP address';
const mapped = 'must not be an IPv4-mapped IPv6 address';

it.each([
  ['10.1.2.3', []],
  ['2001:db8::1', []],
  ['::ffff', []],
  ['1::', []],
  ['x', [malformed, unreachable]],
  ['0.0.0.0', ['may not be unspecified (0.0.0.0)']],
  ['::', ['may not be unspecified (::)']],
  ['0:0:0:0:0:0:0:0', ['may not be unspecified (0:0:0:0:0:0:0:0)']],
  ['::00', ['may not be unspecified (::00)']],
  ['127.0.0.1', [loopback]],
  ['::1', [loopback]],
  ['0:0:0:0:0:0:0:1', [loopback]],
  ['::ffff:127.0.0.1', [mapped, loopback]],
  ['::FFFF:7f00:1', [mapped, loopback]],
  ['::ffff:10.1.2.3', [mapped]],
  ['169.254.169.254', [linkLocal]],
  ['::ffff:169.254.169.254', [mapped, linkLocal]],
  ['fe80::1', [linkLocal]],
  ['FE80:0::1', [linkLocal]],
  ['fe8::1', []],
  ['224.0.0.1', [multicast]],
  ['224.0.1.1', []],
  ['ff02::1', [multicast]],
])('%s as the address of an endpoint: %j', (text, expected) => {
  expect(checkEndpointIp(text)).toEqual(expected);
});

it.each<['IPv4' | 'IPv6', string, string[]]>([
  ['IPv4', '10.1.2.3', []],
  ['IPv4', '2001:db8::1', ['must be an IPv4 address']],
  ['IPv6', '10.1.2.3', ['must be an IPv6 address']],
])('a slice of %s with %s: %j', (type, address, expected) => {
  expect(checkEndpointIpOf(type)(address)).toEqual(expected);
});
