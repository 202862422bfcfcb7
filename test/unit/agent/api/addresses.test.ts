import { expect, it } from 'vitest';
import {
  addressAt,
  checkCidr,
  checkIp,
  familyOfAddress,
  isDualStack,
  parseCidr,
} from '../../../../agent/api/addresses.ts';

const noIp = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const noCidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

it.each([
  ['10.0.0.1', []],
  ['::', []],
  ['::1', []],
  ['2001:db8::ffff', []],
  ['1:2:3:4:5:6:7:8', []],
  ['1:2:3:4:5:6:1.2.3.4', []],
  ['010.0.0.1', ['must not have leading 0s']],
  ['::00001', ['must not have leading 0s']],
  ['::ffff:1.2.3.4', ['must not be an IPv4-mapped IPv6 address']],
  ['', [noIp]],
  ['10.0.0', [noIp]],
  ['256.1.1.1', [noIp]],
  [':::', [noIp]],
  ['1::2::3', [noIp]],
  ['1:2:3:4:5:6:7', [noIp]],
  ['1:2:3:4:5:6:7::8', [noIp]],
  ['1.2.3.4::', [noIp]],
  ['fe80::1%eth0', [noIp]],
  ['::12345', [noIp]],
])('%s is an address or says why not', (text, problems) => {
  expect(checkIp(text)).toEqual(problems);
});

it.each([
  ['10.0.0.0/8', []],
  ['2001:db8::/64', []],
  ['0.0.0.0/0', []],
  ['10.0.0.1/32', []],
  ['10.0.0.1/24', ['must not have bits set beyond the prefix length']],
  ['2001:db8::1/64', ['must not have bits set beyond the prefix length']],
  ['10.0.0.0/08', ['must not have leading 0s in IP or prefix length']],
  ['::ffff:10.0.0.0/104', ['must not have an IPv4-mapped IPv6 address']],
  ['10.0.0.0', [noCidr]],
  ['10.0.0.0/33', [noCidr]],
  ['10.0.0.0/8/8', [noCidr]],
  ['10.0.0.0/', [noCidr]],
])('%s is a CIDR or says why not', (text, problems) => {
  expect(checkCidr(text)).toEqual(problems);
});

it('tells the families apart, and pairs of both', () => {
  expect(['10.0.0.1', '::1', '::ffff:10.0.0.1', 'web'].map(familyOfAddress)).toEqual([
    'IPv4',
    'IPv6',
    'IPv4',
    undefined,
  ]);
  expect(isDualStack(['10.0.0.1', '::1'])).toBe(true);
  expect(isDualStack(['10.0.0.0/8', 'fd00::/8'])).toBe(true);
  expect(isDualStack(['10.0.0.1', '10.0.0.2'])).toBe(false);
});

it.each([
  ['10.96.0.0/12', 1, '10.96.0.1'],
  ['10.97.3.4/12', 65_536 + 10, '10.97.0.10'],
  ['fd00:10:96::/112', 10, 'fd00:10:96::a'],
  ['fd00:10:96::7/112', 65_535, 'fd00:10:96::ffff'],
  ['fd00::/64', 65_536, 'fd00::1:0'],
])('of %s, the address at place %i is %s', (text, place, address) => {
  const range = parseCidr(text);
  expect(range && addressAt(range, place)).toBe(address);
});
