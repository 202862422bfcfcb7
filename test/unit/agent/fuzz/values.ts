/** JSON values: strange ones, and any. The decoder, which alone makes bigints, brings along what prints them. */
import '../../../../agent/api/json/big-integers.ts';
import type { Random } from './random.ts';

export const strangeTexts = [
  '',
  ' ',
  '\0',
  '\n',
  '\ud800',
  '\u2028',
  '😀',
  'é',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'null',
  'True',
  '-1',
  '1e999',
  '0x10',
  '9223372036854775808',
  '1970-01-01T00:00:00Z',
  '9999-99-99T99:99:99Z',
  'a/b/c',
  '../..',
  '%00',
  '$(A)',
  '10Mi',
  'k8s.io/',
  'a'.repeat(64),
  'a'.repeat(254),
  '*',
  '\\',
  '"',
] as const;

/** Each is made anew: a trial may change what it gets. */
const strangeValues: readonly [() => unknown, ...(() => unknown)[]] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -0,
  () => -1,
  () => 1.5,
  () => 2 ** 31,
  () => 2 ** 53,
  () => 1e308,
  () => 9_223_372_036_854_775_807n,
  () => -9_223_372_036_854_775_809n,
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => ({ '': null }),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
  () => Array.from({ length: 300 }, (_, index) => index),
  () => JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
  () => JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`),
  () => 'x'.repeat(5000),
];

export const strangeValue = (random: Random): unknown =>
  random.chance(0.4) ? random.pick(strangeTexts) : random.pick(strangeValues)();

const keys = ['a', 'b', 'name', 'key', 'value', 'metadata', 'spec', 'items', '__proto__', '', 'x.y/z'] as const;

/** Sets it whatever the name is: an assignment to `__proto__` would set nothing. */
export function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

export function anyValue(random: Random, levels = 4): unknown {
  if (levels === 0 || random.chance(0.3)) return strangeValue(random);
  if (random.chance(0.5)) return random.some(4, () => anyValue(random, levels - 1));
  const object = {};
  for (const value of random.some(4, () => anyValue(random, levels - 1))) define(object, random.pick(keys), value);
  return object;
}
