import { expect, it } from 'vitest';
import { pods } from '../../../../agent/api/core/pod.ts';
import { fieldMatcher, parseFieldSelector, requiredValue } from '../../../../agent/api/field-selectors.ts';
import { aPod } from './builders.ts';

const pod = aPod({ spec: { nodeName: 'worker' }, status: { phase: 'Running' } });

it.each([
  ['', true],
  ['metadata.name=web', true],
  ['metadata.namespace==default', true],
  ['spec.nodeName=worker,status.phase!=Failed', true],
  ['status.phase=Pending', false],
  ['status.podIP=', true],
])('%j matches: %s', (text, expected) => {
  expect(fieldMatcher(pods, parseFieldSelector(text))(pod)).toBe(expected);
});

it('refuses a field that the kind cannot be selected by', () => {
  const selector = parseFieldSelector('spec.color=red');
  expect(() => fieldMatcher(pods, selector)).toThrow(
    expect.objectContaining({ code: 400, message: 'field label not supported: spec.color' }),
  );
});

it('refuses a term without an operator', () => {
  expect(() => parseFieldSelector('metadata.name')).toThrow(
    "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
  );
});

it('undoes escapes in values', () => {
  expect(parseFieldSelector('a=x\\,y\\=z')).toEqual([{ path: 'a', operator: '=', value: 'x,y=z' }]);
});

it('tells the value that pins a field', () => {
  const selector = parseFieldSelector('metadata.name=web,status.phase!=Failed');
  expect(requiredValue(selector, 'metadata.name')).toBe('web');
  expect(requiredValue(selector, 'status.phase')).toBeUndefined();
});
