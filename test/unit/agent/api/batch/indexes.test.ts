import { expect, it } from 'vitest';
import { commonIndex, readIndexes } from '../../../../../agent/api/batch/indexes.ts';

it.each([
  ['', 0, []],
  ['0', 1, [[0, 0]]],
  [
    '1,3-5,9',
    5,
    [
      [1, 1],
      [3, 5],
      [9, 9],
    ],
  ],
])('%j is %i indexes', (text, total, intervals) => {
  expect(readIndexes(text, 10)).toEqual({ total, intervals });
});

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation_test.go
 * (TestValidateIndexesString)
 */
it.each([
  ['0-2,10', 'too large index: "10"'],
  ['a', 'cannot convert string to integer for index: "a"'],
  ['1,', 'cannot convert string to integer for index: ""'],
  ['3,1', 'non-increasing order, previous: 3, current: 1'],
  ['5-5', 'non-increasing order, previous: 5, current: 5'],
  [
    '1-2-3',
    'the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by \'-\'',
  ],
])('%j is none: %s', (text, problem) => {
  expect(readIndexes(text, 10)).toMatchObject({ total: 0, problem });
});

it.each([
  ['1-3', '3-5', 3],
  ['0,4,8', '1-3,8', 8],
  ['0-1', '2-3', undefined],
  ['', '1', undefined],
])('%j and %j have %s in common', (left, right, expected) => {
  const [one, other] = [readIndexes(left, 10).intervals, readIndexes(right, 10).intervals];
  expect([commonIndex(one, other), commonIndex(other, one)]).toEqual([expected, expected]);
});
