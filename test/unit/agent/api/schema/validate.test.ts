import { describe, expect, it } from 'vitest';
import type { Schema } from '../../../../../agent/api/schema/schema.ts';
import { problemsOf } from '../../../../../agent/api/schema/structural/validate.ts';

const told = (value: unknown, schema: Schema): string[] =>
  problemsOf({ a: value }, { type: 'object', properties: { a: schema } }).map(
    ({ type, field, detail }) => `${type} ${field}: ${detail}`,
  );

describe('a value that is what its schema says has no problem', () => {
  const cases: [name: string, value: unknown, schema: Schema][] = [
    ['an integer for a number', 1, { type: 'number' }],
    ['an integer of 64 bits', 2n ** 60n, { type: 'integer' }],
    ['a null that may be', null, { type: 'string', nullable: true }],
    ['an integer or a text', '80%', { 'x-kubernetes-int-or-string': true }],
    ['any value without a type', [1], {}],
    ['a value of an unknown format', 'x', { type: 'string', format: 'none' }],
    ['characters beyond 16 bits, counted as one', '😀😀', { type: 'string', maxLength: 2 }],
    ['one of several', 5, { anyOf: [{ type: 'integer' }, { type: 'string' }] }],
    ['a pattern of RE2', 'ab', { type: 'string', pattern: '(?i)^AB$' }],
    ['a multiple', 0.3, { type: 'number', multipleOf: 0.1 }],
  ];
  it.each(cases)('%s', (_name, value, schema) => {
    expect(told(value, schema)).toEqual([]);
  });
});

describe('what is wrong is told in upstream’s words', () => {
  const cases: [value: unknown, schema: Schema, problems: string[]][] = [
    ['x', { type: 'integer' }, ['TypeInvalid a: a in body must be of type integer: "string"']],
    [1.5, { type: 'integer' }, ['TypeInvalid a: a in body must be of type integer: "number"']],
    [2 ** 31, { type: 'integer', format: 'int32' }, ['TypeInvalid a: a in body must be of type integer: "integer"']],
    [null, { type: 'string' }, ['TypeInvalid a: a in body must be of type string: "null"']],
    [5, { type: 'integer', maximum: 5, exclusiveMaximum: true }, ['Invalid a: a in body should be less than 5']],
    [0, { type: 'integer', minimum: 0, exclusiveMinimum: true }, ['Invalid a: a in body should be greater than 0']],
    [7, { type: 'integer', multipleOf: 2 }, ['Invalid a: a in body should be a multiple of 2']],
    ['abc', { type: 'string', maxLength: 2 }, ['TooLong a: may not be more than 2 bytes']],
    ['a', { type: 'string', minLength: 2 }, ['Invalid a: a in body should be at least 2 chars long']],
    ['x', { type: 'string', enum: ['a', 'b'] }, ['NotSupported a: supported values: "a", "b"']],
    ['x', { type: 'string', format: 'ipv4' }, ['Invalid a: a in body must be of type ipv4: "x"']],
    ['2020-02-30', { type: 'string', format: 'date' }, ['Invalid a: a in body must be of type date: "2020-02-30"']],
    [[1, 2], { type: 'array', maxItems: 1 }, ['TooMany a: must have at most 1 items']],
    [[], { type: 'array', minItems: 1 }, ['Invalid a: a in body should have at least 1 items']],
    [[1, 1], { type: 'array', uniqueItems: true }, ["Invalid a: a in body shouldn't contain duplicates"]],
    [{}, { type: 'object', minProperties: 1 }, ['Invalid a: a in body should have at least 1 properties']],
    [{}, { type: 'object', required: ['b'] }, ['Required a.b: ']],
    [
      { x: 1 },
      { type: 'object', additionalProperties: { type: 'string' } },
      ['TypeInvalid a.x: a.x in body must be of type string: "integer"'],
    ],
    [
      true,
      { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      [
        'Invalid a: "a" must validate at least one schema (anyOf)',
        'TypeInvalid a: a in body must be of type integer: "boolean"',
      ],
    ],
    [
      5,
      { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
      ['Invalid a: "a" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [5, { not: { minimum: 1 } }, ['Invalid a: "a" must not validate the schema (not)']],
  ];
  it.each(cases)('%j of %j', (value, schema, problems) => {
    expect(told(value, schema)).toEqual(problems);
  });
});

/** With a pattern that backtracks the test would not end. */
it('is told of a text that a pattern matches in many ways and at last not', () => {
  const schema: Schema = { type: 'string', pattern: '^(a+)+$' };
  expect(told(`${'a'.repeat(10_000)}!`, schema)).toHaveLength(1);
});
