import { describe, expect, it } from 'vitest';
import {
  compareRevisions,
  nextRevision,
  parseRevision,
  withPastRevision,
} from '../../../../agent/controllers/shared/revisions.ts';

describe('parseRevision', () => {
  it.each([
    ['3', 3n],
    ['3546343826724305832', 3546343826724305832n],
    ['9223372036854775807', 9223372036854775807n],
    ['-1', -1n],
    ['+7', 7n],
    [undefined, 0n],
    ['', 0n],
    ['1.5', 0n],
    ['0x10', 0n],
    ['9223372036854775808', 0n],
    ['9'.repeat(1_000_000), 0n],
  ])('reads %s', (text, expected) => {
    expect(parseRevision(text)).toBe(expected);
  });
});

describe('nextRevision', () => {
  it.each([
    [[], 1n],
    [[2n, 5n, 3n], 6n],
    [[3546343826724305832n, 7n], 3546343826724305833n],
    [[9223372036854775807n], -9223372036854775808n],
  ])('after %s', (existing, expected) => {
    expect(nextRevision(existing)).toBe(expected);
  });

  it('has an order that numbers would lose', () => {
    const sorted = [3546343826724305833n, 1n, 3546343826724305832n].sort(compareRevisions);
    expect(sorted).toEqual([1n, 3546343826724305832n, 3546343826724305833n]);
  });
});

describe('withPastRevision', () => {
  it('appends', () => {
    expect(withPastRevision(undefined, '1')).toBe('1');
    expect(withPastRevision('1,3', '5')).toBe('1,3,5');
  });

  it('forgets the oldest beyond 2000 characters', () => {
    const long = Array.from({ length: 500 }, (_, i) => String(1000 + i)).join(',');
    const history = withPastRevision(long, '2000');
    expect(history.length).toBeLessThanOrEqual(2000);
    expect(history.endsWith(',1499,2000')).toBe(true);
    expect(history.startsWith('1101,')).toBe(true);
  });
});
