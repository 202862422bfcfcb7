/** `Object.spec{...}`, how deep and how long an expression may be, and how its faults are shown. */
import { describe, expect, it } from 'vitest';
import { patchAdditions } from '../../../../../agent/api/admissionregistration/compiled.ts';
import { ExpressionEnvironment } from '../../../../../agent/api/cel/environment.ts';
import { JsonWriter } from '../../../../../agent/api/cel/to-json.ts';
import { dyn } from '../../../../../agent/api/cel/types.ts';
import { inOneGo } from '../../../../../agent/api/json/steps.ts';
import { compileProblem, outcome } from './expressions.ts';

const environment = new ExpressionEnvironment({ object: dyn }, patchAdditions);

function made(source: string): unknown {
  const { value, error } = inOneGo(environment.compile(source).run(() => null));
  return error ? `error: ${error.message}` : new JsonWriter().json(value ?? null);
}

function problem(source: string): string {
  try {
    environment.compile(source);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a construction', () => {
  it.each<[string, unknown]>([
    ['Object{}', {}],
    ['Object{a: 1, b: "x",}', { a: 1, b: 'x' }],
    ['Object{spec: Object.spec{replicas: 1 + 1}}', { spec: { replicas: 2 } }],
    ['Object { a : [ Object.a { b : true ? 1 : 2 } ] }', { a: [{ b: 1 }] }],
    ['Object{a: {"b": 1, "c": 2}, d: null}', { a: { b: 1, c: 2 }, d: null }],
    ['Object{?a: optional.of(1), ?b: optional.none()}', { a: 1 }],
    ["Object{namespace: \"in\", in: \"x: {\", true: '''}'''}", { namespace: 'in', in: 'x: {', true: '}' }],
    ['// Object{a: 1}\nObject{a: r"\\{", // }\n b: b"ab"}', { a: '\\{', b: 'YWI=' }],
    [
      'Object{a: duration("90s"), b: timestamp("2024-01-01T00:00:00Z"), c: 1.5, d: 2u}',
      { a: '90s', b: '2024-01-01T00:00:00Z', c: 1.5, d: 2 },
    ],
    [
      '[JSONPatch{op: "add", path: "/a", value: Object.a{b: 1}}, JSONPatch{op: "remove", path: "/" + jsonpatch.escapeKey("a/b~")}]',
      [
        { op: 'add', path: '/a', value: { b: 1 } },
        { op: 'remove', path: '/a~1b~0' },
      ],
    ],
    ['Object{a: 9007199254740993}', { a: 9007199254740993n }],
    ['{"a": 1}.a == 1 ? Object{a: 1} == Object{a: 1} : false', true],
    ['JSONPatch{op: "test"}.op', 'test'],
  ])('%s', (source, expected) => {
    expect(made(source)).toEqual(expected);
  });

  it.each([
    ['Object{a: 1', 'Syntax error: mismatched input'],
    ['Object{a: 1)', 'Syntax error: mismatched input'],
    ['Object{1}', 'Syntax error: mismatched input'],
    ['Object{a}', 'Syntax error: mismatched input'],
    ['Thing{}', "ERROR: <input>:1:6: undeclared reference to 'Thing' (in container '')\n | Thing{}\n | .....^"],
    [
      'JSONPatch{op: 1}',
      "ERROR: <input>:1:13: expected type of field 'op' is 'string' but provided type is 'int'\n | JSONPatch{op: 1}\n | ............^",
    ],
    ['JSONPatch{what: 1}', "ERROR: <input>:1:15: undefined field 'what'"],
  ])('%s is none', (source, expected) => {
    expect(problem(source)).toContain(expected);
  });

  it('is unknown to expressions that make nothing', () => {
    expect(compileProblem('Object{}')).toContain("undeclared reference to 'Object' (in container '')");
  });

  it('has texts as the keys of its maps', () => {
    expect(() => made('Object{a: {1: 2}}')).toThrow('map key "1" is of type int, not string');
  });
});

describe('an expression of great length', () => {
  it.each<[string, string, unknown]>([
    ['conditions', Array(10_000).fill('true').join(' && '), true],
    ['alternatives', Array(10_000).fill('false').join(' || '), false],
    ['items', `[${Array(20_000).fill('1').join(',')}].size()`, 20_000n],
  ])('may have many %s', (_what, source, expected) => {
    expect(outcome(source)).toBe(expected);
  });

  it.each([
    ['sums', Array(1_000).fill('1').join('+')],
    ['negations', `${'!'.repeat(50_000)}true`],
  ])('may not have %s without end', (_what, source) => {
    expect(compileProblem(source)).toContain('expression recursion limit exceeded: 250');
  });

  it('shows the first hundred faults, and the lines of no text that is too long', () => {
    const told = compileProblem(Array.from({ length: 150 }, (_each, at) => `x${at}`).join(' && '));
    expect(told.split('\n').filter((line) => line.startsWith('ERROR'))).toHaveLength(100);
    expect(told).toContain('50 more errors were truncated');
    expect(compileProblem(`${' '.repeat(20_000)}x`)).toBe(
      "ERROR: <input>:1:20001: undeclared reference to 'x' (in container '')",
    );
  });
});
