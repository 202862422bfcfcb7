import { expect, it } from 'vitest';
import { isSame } from '../../../../../agent/api/validation/same.ts';

it.each([
  [{ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' }, matchExpressions: [] }, true],
  [{ a: { b: {} } }, { a: null }, true],
  [{ a: [{ b: [] }] }, { a: [{}] }, true],
  [{ a: [{}] }, {}, false],
  [{ a: '' }, {}, false],
  [{ a: 0 }, { a: 1 }, false],
])('what is absent is as what is empty: %j and %j', (left, right, same) => {
  expect(isSame(left, right)).toBe(same);
});
