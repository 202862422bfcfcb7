/**
 * Upstream's tables of cases: apiextensions-apiserver/pkg/apiserver/schema/defaulting, algorithm_test.go (TestDefault)
 * and prunenulls_test.go (TestPruneNonNullableNullsWithoutDefaults)
 */
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../../../../../agent/api/schema/schema.ts';
import { applyDefaults, dropNulls } from '../../../../../../agent/api/schema/structural/default.ts';

const defaulting = (value: unknown): Schema => ({ default: value });
const ab = (a: unknown, b: unknown): Schema => ({ properties: { a: defaulting(a), b: defaulting(b) } });

describe('defaults', () => {
  it.each<[string, unknown, Schema | undefined, unknown]>([
    ['need a schema', null, undefined, null],
    ['are not the value’s own', 4, defaulting('foo'), 4],
    ['leave items that are there', [1, 2], { items: defaulting('foo') }, [1, 2]],
    [
      'fill in the fields of items',
      [{ a: 1 }, { b: 1 }, { c: 1 }],
      { items: { properties: { a: defaulting('A'), b: defaulting('B'), c: defaulting('C') } } },
      [
        { a: 1, b: 'B', c: 'C' },
        { a: 'A', b: 1, c: 'C' },
        { a: 'A', b: 'B', c: 1 },
      ],
    ],
    [
      'fill in fields, items and additional properties',
      { array: [{ a: 1 }, { b: 2 }], object: { a: 1 }, additionalProperties: { x: { a: 1 }, y: { b: 2 } } },
      {
        properties: {
          array: { items: ab('A', 'B') },
          object: ab('N', 'O'),
          additionalProperties: { additionalProperties: ab('alpha', 'beta') },
          foo: defaulting('bar'),
        },
      },
      {
        array: [
          { a: 1, b: 'B' },
          { a: 'A', b: 2 },
        ],
        object: { a: 1, b: 'O' },
        additionalProperties: { x: { a: 1, b: 'beta' }, y: { a: 'alpha', b: 2 } },
        foo: 'bar',
      },
    ],
    [
      'take null for absent and nothing else that is empty',
      [{}, { a: 1 }, { a: 0 }, { a: 0.5 }, { a: '' }, { a: null }, { a: [] }, { a: {} }],
      { items: { properties: { a: defaulting('A') } } },
      [{ a: 'A' }, { a: 1 }, { a: 0 }, { a: 0.5 }, { a: '' }, { a: 'A' }, { a: [] }, { a: {} }],
    ],
    [
      'leave a null item that has none',
      [null],
      { nullable: true, items: { properties: { a: defaulting('A') } } },
      [null],
    ],
    ['replace a null item that may not be', [null], { items: defaulting('A') }, ['A']],
    ['leave a null that may be', { a: null }, { properties: { a: { nullable: true, default: 'A' } } }, { a: null }],
    ['replace a null that may not be', { a: null }, { properties: { a: defaulting('A') } }, { a: 'A' }],
    [
      'leave a null among additional properties that may be',
      { a: null },
      { additionalProperties: { nullable: true, default: 'A' } },
      { a: null },
    ],
    [
      'replace a null among additional properties that may not be',
      { a: null },
      { additionalProperties: defaulting('A') },
      { a: 'A' },
    ],
    ['leave a null that nothing is known of', { a: null }, { additionalProperties: {} }, { a: null }],
    ['of false, zero and the empty string count', {}, ab(false, 0), { a: false, b: 0 }],
    [
      'that are objects are filled in themselves',
      {},
      { properties: { spec: { default: {}, properties: { replicas: defaulting(1) } } } },
      { spec: { replicas: 1 } },
    ],
  ])('%s', (_, value, schema, expected) => {
    const copy = structuredClone(value);
    applyDefaults(copy, schema);
    expect(copy).toEqual(expected);
  });

  it('are copies: what becomes of one object changes no other', () => {
    const schema: Schema = { properties: { list: defaulting([]) } };
    const [first, second]: { list?: unknown[] }[] = [{}, {}];
    applyDefaults(first, schema);
    first?.list?.push(1);
    applyDefaults(second, schema);
    expect(second).toEqual({ list: [] });
  });
});

describe('a null that may not be and has no default', () => {
  it.each<[string, unknown, Schema | undefined, unknown]>([
    ['needs a schema to go', null, undefined, null],
    ['is no scalar', 4, defaulting('foo'), 4],
    ['stays in a list without a schema', [1, null], undefined, [1, null]],
    [
      'goes; one with a default, one that may be and one of an unknown field stay',
      [{ a: null }, { b: null }, { c: null }, { d: null }, { e: null }],
      {
        items: {
          properties: { a: defaulting('A'), b: { nullable: true }, c: { default: 'C', nullable: true }, d: {} },
        },
      },
      [{ a: null }, { b: null }, { c: null }, {}, { e: null }],
    ],
  ])('%s', (_, value, schema, expected) => {
    const copy = structuredClone(value);
    dropNulls(copy, schema);
    expect(copy).toEqual(expected);
  });
});
