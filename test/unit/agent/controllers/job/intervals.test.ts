import { describe, expect, it } from 'vitest';
import {
  firstMissing,
  formatIntervals,
  includes,
  intervalsOf,
  readIntervals,
  sizeOf,
  sizeOfCommon,
  union,
} from '../../../../../agent/controllers/job/intervals.ts';

const read = (text: string) => readIntervals(text, 1000);

describe('intervals of indexes', () => {
  it.each([
    [[], ''],
    [[4], '4'],
    [[1, 0], '0,1'],
    [[0, 1, 2], '0-2'],
    [[9, 0, 3, 4, 5, 1, 7], '0,1,3-5,7,9'],
    [[2, 2], '2'],
  ])('%j are written as "%s", and read again', (indexes, text) => {
    const intervals = intervalsOf(indexes);
    expect(formatIntervals(intervals)).toBe(text);
    expect(read(text)).toEqual(intervals);
    expect(sizeOf(intervals)).toBe(new Set(indexes).size);
  });

  it.each([
    ['beyond the completions', '0-7,9', '0-4'],
    ['that are no numbers', '0,a,2-b,3', '0,3'],
    ['where nothing is written', '', ''],
  ])('leave out what is %s', (_, text, expected) => {
    expect(formatIntervals(readIntervals(text, 5))).toBe(expected);
  });

  it.each([
    ['0,4', '2', '0,2,4'],
    ['0-2,6', '3-5', '0-6'],
    ['0-9', '3,4', '0-9'],
    ['', '1', '1'],
  ])('%s and %s together are %s', (left, right, expected) => {
    expect(formatIntervals(union(read(left), read(right)))).toBe(expected);
  });

  it.each([
    ['0-3,7', '2-8', 3],
    ['0-3', '4-8', 0],
    ['1,3,5', '0-9', 3],
    ['', '0-9', 0],
  ])('%s and %s have %i in common', (left, right, expected) => {
    expect(sizeOfCommon(read(left), read(right))).toBe(expected);
  });

  it.each([
    ['1-2,4', 3, 10, [0, 3, 5]],
    ['0-1', 5, 4, [2, 3]],
    ['0-3', 5, 4, []],
    ['', 2, 4, [0, 1]],
  ])('beside %s the first %i of %i are %j', (taken, count, completions, expected) => {
    expect(firstMissing(read(taken), count, completions)).toEqual(expected);
  });

  it('know what they have', () => {
    expect([0, 3, 4].map((index) => includes(read('0-2,4'), index))).toEqual([true, false, true]);
  });
});
