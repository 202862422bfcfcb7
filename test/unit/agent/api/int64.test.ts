import { describe, expect, it } from 'vitest';
import { parseInt64, plusOne } from '../../../../agent/api/int64.ts';

describe('parseInt64', () => {
  it.each<[string | undefined, bigint | undefined]>([
    ['0', 0n],
    ['-5', -5n],
    ['+5', 5n],
    ['007', 7n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', undefined],
    ['1'.repeat(1_000_000), undefined],
    ['', undefined],
    ['-', undefined],
    ['1.0', undefined],
    ['0x1', undefined],
    [' 1', undefined],
    [undefined, undefined],
  ])('%j', (text, expected) => {
    expect(parseInt64(text)).toBe(expected);
  });
});

describe('plusOne', () => {
  it.each<[number | bigint, number | bigint]>([
    [1, 2],
    [3546343826724305832n, 3546343826724305833n],
    [9223372036854775807n, -9223372036854775808n],
  ])('of %s is %s', (value, expected) => {
    expect(plusOne(value)).toBe(expected);
  });
});
