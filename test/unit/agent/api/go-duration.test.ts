import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../../../agent/api/go-duration.ts';

describe('a duration as Go writes it', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['5s', 5_000_000_000n],
    ['1h15m30.918s', 4_530_918_000_000n],
    ['-1.5h', -5_400_000_000_000n],
    ['+3ns', 3n],
    ['11us', 11_000n],
    ['12µs', 12_000n],
    ['.5ms', 500_000n],
    ['1.s', 1_000_000_000n],
    ['9223372036854775807ns', 9_223_372_036_854_775_807n],
  ])('%s', (text, nanoseconds) => {
    expect(parseGoDuration(text)).toBe(nanoseconds);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['+', 'time: invalid duration "+"'],
    ['.s', 'time: invalid duration ".s"'],
    ['day', 'time: invalid duration "day"'],
    ['-', 'time: invalid duration "-"'],
    ['3', 'time: missing unit in duration "3"'],
    ['1.5', 'time: missing unit in duration "1.5"'],
    ['1s2', 'time: missing unit in duration "1s2"'],
    ['1y', 'time: unknown unit "y" in duration "1y"'],
    ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
  ])('%s is none', (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(message);
  });
});
