/** Upstream's table of cases: apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm_test.go (TestPrune) */
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../../../../../agent/api/schema/schema.ts';
import { prune, pruneResource } from '../../../../../../agent/api/schema/structural/prune.ts';

const object: Schema = { type: 'object' };
const preserving: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const embedded = (properties: Schema['properties']): Schema => ({
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  ...(properties ? { properties } : {}),
});
const some: Schema = { properties: { a: {}, c: {} } };

/** As a body is decoded: no object is in two places. */
const asDecoded = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const pruned = (value: unknown, schema: Schema | undefined) => {
  const copy = asDecoded(value);
  const unknown = prune(copy, schema);
  return { value: copy, unknown };
};

describe('what no schema specifies goes', () => {
  it.each<[string, unknown, Schema | undefined, unknown, string[]]>([
    ['from nothing', null, undefined, null, []],
    ['but scalars stay', 4, {}, 4, []],
    ['but lists of scalars stay', [1, 2], { items: {} }, [1, 2], []],
    [
      'from objects in a list',
      [{ a: 1 }, { b: 1 }, { a: 1, b: 2, c: 3 }],
      { items: some },
      [{ a: 1 }, {}, { a: 1, c: 3 }],
      ['[1].b', '[2].b'],
    ],
    [
      'from objects in a list without a schema',
      [{ a: 1 }, { b: 1 }, { a: 1, b: 2, c: 3 }],
      undefined,
      [{}, {}, {}],
      ['[0].a', '[1].b', '[2].a', '[2].b', '[2].c'],
    ],
    [
      'from objects in lists in objects',
      {
        array: [{ a: 1 }, { b: 1 }, { a: 1, b: 2, c: 3 }],
        unspecified: { a: 1 },
        specified: { a: 1, b: 2, c: 3 },
      },
      { properties: { array: { items: some }, specified: some } },
      { array: [{ a: 1 }, {}, { a: 1, c: 3 }], specified: { a: 1, c: 3 } },
      ['array[1].b', 'array[2].b', 'specified.b', 'unspecified'],
    ],
    [
      'from values of additional properties',
      { a: 1, b: 1, c: { a: 1, b: 2, c: { a: 1 } } },
      { properties: { a: {}, c: { additionalProperties: { type: 'integer' } } } },
      { a: 1, c: { a: 1, b: 2, c: {} } },
      ['b', 'c.c.a'],
    ],
    [
      'from values of additional properties of any kind, names of resources included',
      { a: 1, b: 1, c: { a: 1, b: 2, c: { a: 1, apiVersion: 'unknown' } } },
      { properties: { a: {}, c: { additionalProperties: {} } } },
      { a: 1, c: { a: 1, b: 2, c: {} } },
      ['b', 'c.c.a', 'c.c.apiVersion'],
    ],
    [
      'unless its name is inherited from JavaScript’s objects, which specifies nothing',
      { constructor: 1, toString: 2 },
      { properties: { a: {} } },
      {},
      ['constructor', 'toString'],
    ],
  ])('%s', (_, value, schema, expected, unknown) => {
    expect(pruned(value, schema)).toEqual({ value: expected, unknown });
  });
});

describe('x-kubernetes-preserve-unknown-fields', () => {
  const specifiedOnly: Schema = { type: 'object', properties: { specified: object } };
  const schema: Schema = {
    ...preserving,
    properties: {
      alpha: { type: 'string' },
      beta: { type: 'number' },
      pruning: { type: 'object', properties: { preserving, pruning: object } },
      preserving: {
        ...preserving,
        properties: {
          preserving,
          preservingUnknownType: { 'x-kubernetes-preserve-unknown-fields': true },
          pruning: object,
        },
      },
      notInherited: { ...preserving, additionalProperties: specifiedOnly },
      valuesPruned: { type: 'object', additionalProperties: specifiedOnly },
    },
  };
  const bar = { unspecified: 'bar' };

  it('keeps what is not specified, and what is specified below is pruned all the same', () => {
    const value = {
      unspecified: 'bar',
      alpha: 'abc',
      beta: 42,
      unspecifiedObject: bar,
      pruning: { unspecified: 'bar', unspecifiedObject: bar, pruning: bar, apiVersion: 'unknown', preserving: bar },
      preserving: {
        unspecified: 'bar',
        unspecifiedObject: bar,
        pruning: bar,
        preserving: bar,
        preservingUnknownType: [{ foo: true }, { bar: true }],
      },
      notInherited: { foo: { specified: bar, unspecified: 'bar' } },
      valuesPruned: { foo: { specified: bar, unspecified: 'bar' } },
    };
    expect(pruned(value, schema)).toEqual({
      value: {
        unspecified: 'bar',
        alpha: 'abc',
        beta: 42,
        unspecifiedObject: bar,
        pruning: { pruning: {}, preserving: bar },
        preserving: { ...value.preserving, pruning: {} },
        notInherited: { foo: { specified: {} } },
        valuesPruned: { foo: { specified: {} } },
      },
      unknown: [
        'notInherited.foo.specified.unspecified',
        'notInherited.foo.unspecified',
        'preserving.pruning.unspecified',
        'pruning.apiVersion',
        'pruning.pruning.unspecified',
        'pruning.unspecified',
        'pruning.unspecifiedObject',
        'valuesPruned.foo.specified.unspecified',
        'valuesPruned.foo.unspecified',
      ],
    });
  });
});

describe('a resource, embedded or outermost, keeps its identity', () => {
  const resource = (spec: object) => ({
    apiVersion: 'foo/v1',
    kind: 'Foo',
    unspecified: 'bar',
    metadata: { name: 'instance', unspecified: 'bar' },
    spec,
  });
  const kept = (spec: object) => ({
    apiVersion: 'foo/v1',
    kind: 'Foo',
    metadata: { name: 'instance', unspecified: 'bar' },
    spec,
  });
  const inner = { unspecified: 'bar' };
  const schema = (metadata: Schema['properties']): Schema => ({
    type: 'object',
    properties: {
      ...metadata,
      pruned: embedded({ ...metadata, spec: object }),
      preserving: { ...preserving, 'x-kubernetes-embedded-resource': true },
      nested: embedded({
        spec: { type: 'object', properties: { embedded: embedded({ ...metadata, spec: object }) } },
      }),
    },
  });
  const { spec: _spec, ...outer } = resource({});
  const value = {
    ...outer,
    pruned: resource(inner),
    preserving: resource(inner),
    nested: resource({ unspecified: 'bar', embedded: resource(inner) }),
  };
  const parts = {
    pruned: kept({}),
    preserving: resource(inner),
    nested: kept({ embedded: kept({}) }),
  };
  const unknown = [
    'nested.spec.embedded.spec.unspecified',
    'nested.spec.embedded.unspecified',
    'nested.spec.unspecified',
    'nested.unspecified',
    'pruned.spec.unspecified',
    'pruned.unspecified',
    'unspecified',
  ];

  it('as an embedded one; the root’s own is not reported, and goes', () => {
    expect(pruned(value, schema({}))).toEqual({ value: parts, unknown });
  });

  it('as the root, whether or not the schema names metadata', () => {
    const copy = asDecoded(value);
    expect(pruneResource(copy, schema({ metadata: object }))).toEqual(unknown);
    const { unspecified: _unspecified, ...identity } = outer;
    expect(copy).toEqual({ ...identity, ...parts });
  });
});
