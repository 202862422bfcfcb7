import { expect, it, test } from 'vitest';
import { difference, type FieldSet, noFields, union } from '../../../../../agent/api/managed/field-set.ts';

const leaf: FieldSet = {};

test.each<[string, FieldSet, FieldSet, FieldSet]>([
  ['both', { 'f:a': leaf }, { 'f:b': leaf }, { 'f:a': {}, 'f:b': {} }],
  ['a field and what is below it', { 'f:a': leaf }, { 'f:a': { 'f:b': leaf } }, { 'f:a': { '.': {}, 'f:b': {} } }],
  ['what is below, from both', { 'f:a': { 'f:b': {} } }, { 'f:a': { 'f:c': {} } }, { 'f:a': { 'f:b': {}, 'f:c': {} } }],
  ['nothing and something', noFields, { 'f:a': leaf }, { 'f:a': leaf }],
])('the union has %s', (_, a, b, expected) => {
  expect(union(a, b)).toEqual(expected);
  expect(union(b, a)).toEqual(expected);
});

test.each<[string, FieldSet, FieldSet, FieldSet]>([
  ['lacks the other', { 'f:a': leaf, 'f:b': leaf }, { 'f:b': leaf }, { 'f:a': leaf }],
  [
    'keeps what is below a field that goes',
    { 'f:a': { '.': {}, 'f:b': {} } },
    { 'f:a': leaf },
    { 'f:a': { 'f:b': {} } },
  ],
  ['keeps a field of which a part goes', { 'f:a': { '.': {}, 'f:b': {} } }, { 'f:a': { 'f:b': {} } }, { 'f:a': leaf }],
  ['drops a node of which nothing is left', { 'f:a': { 'f:b': {} } }, { 'f:a': { 'f:b': {} } }, noFields],
  ['keeps a field where only its parts go', { 'f:a': leaf }, { 'f:a': { 'f:b': {} } }, { 'f:a': leaf }],
])('the difference %s', (_, a, b, expected) => {
  expect(difference(a, b)).toEqual(expected);
});

it('is the same set where nothing goes', () => {
  const set: FieldSet = { 'f:a': { '.': {}, 'f:b': {} } };
  expect(difference(set, { 'f:c': {}, 'f:a': { 'f:d': {} } })).toBe(set);
});

it('keeps names of fields that are names of JavaScript apart', () => {
  const set: FieldSet = { 'f:__proto__': {}, 'f:constructor': { 'f:toString': {} } };
  expect(union(set, { 'f:a': leaf })).toEqual({ ...set, 'f:a': {} });
  expect(difference({ 'f:a': leaf }, set)).toEqual({ 'f:a': {} });
});

it('keeps elements that are names of JavaScript themselves, as a client may bring them', () => {
  const set: FieldSet = JSON.parse('{"__proto__":{"f:a":{},"f:b":{}},"constructor":{}}');
  expect(JSON.stringify(union({}, set))).toBe(JSON.stringify(set));
  const part: FieldSet = JSON.parse('{"__proto__":{"f:a":{}}}');
  expect(JSON.stringify(difference(set, part))).toBe('{"__proto__":{"f:b":{}},"constructor":{}}');
  expect(difference(set, { 'f:x': {} })).toBe(set);
});
