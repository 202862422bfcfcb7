import { describe, expect, it } from 'vitest';
import { merged } from '../../../../../agent/api/managed/merge.ts';
import type { Schema } from '../../../../../agent/api/schema/schema.ts';

const text: Schema = { type: 'string' };
const schema: Schema = {
  type: 'object',
  properties: {
    items: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: text, value: text, other: text } },
    },
    names: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    all: { type: 'array', items: text },
    labels: { type: 'object', additionalProperties: text },
    whole: { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};
const merge = (live: object, config: object) => merged({}, schema, live, config);
const items = (names: string) => ({ items: [...names].map((name) => ({ name })) });

describe('the order of items, live + applied', () => {
  const orders: [live: string, applied: string, result: string][] = [
    ['', 'ab', 'ab'],
    ['ab', 'ab', 'ab'],
    ['ab', 'ba', 'ba'],
    ['abc', 'b', 'abc'],
    ['abc', 'ca', 'bca'],
    ['ab', 'xab', 'xab'],
    ['ab', 'axb', 'axb'],
    ['ab', 'abx', 'abx'],
    ['abcd', 'dxb', 'acdxb'],
    ['xy', 'ab', 'xyab'],
  ];
  it.each(orders)('%s + %s is %s', (live, applied, result) => {
    expect(merge(items(live), items(applied))).toEqual(items(result));
  });
});

describe('a configuration over a live object', () => {
  const cases: [name: string, live: object, config: object, result: object][] = [
    [
      'merges items field by field',
      { items: [{ name: 'a', value: '1', other: '1' }] },
      { items: [{ name: 'a', value: '2' }] },
      { items: [{ name: 'a', value: '2', other: '1' }] },
    ],
    ['adds to a set', { names: ['a', 'b'] }, { names: ['b', 'c'] }, { names: ['a', 'b', 'c'] }],
    ['replaces a list that is one field', { all: ['a'] }, { all: ['b'] }, { all: ['b'] }],
    [
      'merges a map by its keys',
      { labels: { a: '1', b: '1' } },
      { labels: { b: '2' } },
      { labels: { a: '1', b: '2' } },
    ],
    ['replaces a map that is one field', { whole: { a: '1' } }, { whole: { b: '2' } }, { whole: { b: '2' } }],
    [
      'merges what no schema describes by its maps, and replaces its lists',
      { free: { a: { b: 1, list: [1] } } },
      { free: { a: { c: 1, list: [2] } } },
      { free: { a: { b: 1, c: 1, list: [2] } } },
    ],
    ['keeps an empty map apart from none', {}, { labels: {} }, { labels: {} }],
    [
      'keeps the members of a map over which a null is laid',
      { labels: { a: '1' } },
      { labels: null },
      { labels: { a: '1' } },
    ],
    ['puts a null in the place of a value', { labels: { a: '1' } }, { labels: { a: null } }, { labels: { a: null } }],
    [
      'keeps several live items of one key',
      {
        items: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { items: [{ name: 'b' }] },
      { items: [{ name: 'a', value: '1' }, { name: 'a', value: '2' }, { name: 'b' }] },
    ],
    [
      'replaces several live items of one key by the one that is applied',
      {
        items: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { items: [{ name: 'a', other: '3' }] },
      { items: [{ name: 'a', other: '3' }] },
    ],
    [
      'takes names of JavaScript as names',
      { labels: {} },
      JSON.parse('{"labels":{"__proto__":"1"}}'),
      JSON.parse('{"labels":{"__proto__":"1"}}'),
    ],
  ];
  it.each(cases)('%s', (_name, live, config, result) => {
    expect(merge(live, config)).toEqual(result);
  });
});
