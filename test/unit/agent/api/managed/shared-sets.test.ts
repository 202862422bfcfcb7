import { expect, it } from 'vitest';
import type { FieldSet } from '../../../../../agent/api/managed/field-set.ts';
import { shared } from '../../../../../agent/api/managed/shared-sets.ts';

const setOf = (name: string): FieldSet => ({ 'f:spec': { [`f:${name}`]: {} } });

it('gives equal sets one tree, and others their own', () => {
  const first = shared(setOf('a'));
  expect(shared(setOf('a'))).toBe(first);
  expect(shared(setOf('b'))).toEqual(setOf('b'));
});

it('forgets the oldest of many, and remembers none that is very long', () => {
  const first = shared(setOf('first'));
  for (let index = 0; index < 500; index += 1) shared(setOf(`later-${index}`));
  expect(shared(setOf('first'))).not.toBe(first);
  const long = setOf('x'.repeat(5000));
  shared(long);
  expect(shared(setOf('x'.repeat(5000)))).not.toBe(long);
});
