import { expect, it } from 'vitest';
import type { FieldSet } from '../../../../../agent/api/managed/field-set.ts';
import { shared } from '../../../../../agent/api/managed/shared-sets.ts';

const setOf = (name: string): FieldSet => ({ 'f:spec': { [`f:${name}`]: {} } });

it('gives equal sets one tree, and others their own', () => {
  const first = shared(setOf('a'));
  expect(shared(setOf('a'))).toBe(first);
  expect(shared(setOf('b'))).toEqual(setOf('b'));
});

it('begins anew after many sets, and after long ones', () => {
  const first = shared(setOf('first'));
  for (let index = 0; index < 5000; index += 1) shared(setOf(`later-${index}`));
  expect(shared(setOf('first'))).not.toBe(first);
  expect(shared(setOf('first'))).toEqual(first);
  const before = shared(setOf('before'));
  shared(setOf('x'.repeat(1_000_000)));
  expect(shared(setOf('before'))).not.toBe(before);
});

it('keeps elements that are names of JavaScript', () => {
  const set: FieldSet = JSON.parse('{"__proto__":{"f:a":{}},"constructor":{}}');
  expect(JSON.stringify(shared(set))).toBe(JSON.stringify(set));
});
