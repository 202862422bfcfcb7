import { describe, expect, it } from 'vitest';
import { int, listOf, objectOf, string } from '../../../../../agent/api/cel/types.ts';
import { compileProblem, outcome } from './expressions.ts';

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['1 + 2 * 3', 7n],
    ['7 / 2', 3n],
    ['-7 % 3', -1n],
    ['1.5 + 1.5', 3],
    ['2u + 3u', '5u'],
    ['9223372036854775807 + 1', 'error: integer overflow'],
    ['-9223372036854775808 - 1', 'error: integer overflow'],
    ['1 / 0', 'error: division by zero'],
    ['1 % 0', 'error: modulus by zero'],
    ['dyn(1) == 1.0', true],
    ['1 < 1.5 && 2u > 1', true],
    ["'a' + 'b'", 'ab'],
    ["'a' < 'b'", true],
    ['[1] + [2, 3]', [1n, 2n, 3n]],
    ['2 in [1, 2]', true],
    ["'a' in {'a': 1}", true],
    ["{'a': 1}['a']", 1n],
    ["{'a': 1}.a", 1n],
    ["{'a': 1}['b']", 'error: no such key: b'],
    ['[1, 2][5]', 'error: index out of bounds: 5'],
    ["{'a': 1} == {'a': 1}", true],
    ["{'__proto__': 1}.__proto__", 1n],
    ["'constructor' in {'a': 1}", false],
    ['true ? 1 : 2', 1n],
    ['true || 1 / 0 > 1', true],
    ['1 / 0 > 1 || true', true],
    ['1 / 0 > 1 && false', false],
    ['false || 1 / 0 > 1', 'error: division by zero'],
    ['[1, 2].all(x, x > 0)', true],
    ['[0, 1].all(x, 1 / x > 1)', false],
    ['[0, 1].exists(x, 1 / x == 1)', true],
    ['[0].exists(x, 1 / x == 1)', 'error: division by zero'],
    ['[1, 2, 2].exists_one(x, x == 2)', false],
    ['[1, 2].map(x, x * 2)', [2n, 4n]],
    ['[1, 2, 3].map(x, x > 1, x * 2)', [4n, 6n]],
    ['[1, 2, 3].filter(x, x != 2)', [1n, 3n]],
    ["{'a': 1, 'b': 2}.all(k, k in ['a', 'b'])", true],
    ["['a', 'b'].all(i, v, i < 2 && v != '')", true],
    ["{'a': 1}.exists(k, v, k == 'a' && v == 1)", true],
    ["['a', 'b'].transformList(i, v, string(i) + v)", ['0a', '1b']],
    ["{'a': 1}.transformMap(k, v, v + 1)", { a: 2n }],
    ["['a'].transformMapEntry(i, v, {v: i})", { a: 0n }],
    ['[[1, 2], [3]].map(x, x.filter(y, y > 1))', [[2n], [3n]]],
    ['cel.bind(x, 2, x * x)', 4n],
    ['optional.of(1).optMap(x, x + 1).orValue(0)', 2n],
    ['optional.none().hasValue()', false],
    ["{'a': {'b': 1}}.?a.?b", { some: 1n }],
    ["{'a': {'b': 1}}.?c.?b.orValue(5)", 5n],
    ['[1, 2][?5].orValue(0)', 0n],
    ['type(1) == int', true],
    ["type('a') == string && type([]) == list", true],
    ["timestamp('2024-02-29T00:00:00Z') + duration('24h') == timestamp('2024-03-01T00:00:00Z')", true],
    ["timestamp('2024-02-29T12:30:00Z').getHours('+02:00')", 14n],
    ["duration('90m').getHours()", 1n],
    ["string(duration('90m'))", '5400s'],
    ["string(timestamp('2024-01-01T00:00:00.5Z'))", '2024-01-01T00:00:00.5Z'],
    ["int('42') + int(1.9)", 43n],
    ["int('x')", 'error: strconv.ParseInt: parsing "x": invalid syntax'],
    ["double('1.5') + double(1)", 2.5],
    ["bool('true')", true],
    ["string(b'abc')", 'abc'],
  ])('%s comes to the value that upstream gives it', (source, expected) => {
    expect(outcome(source)).toEqual(expected);
  });
});

describe('an expression that does not compile', () => {
  const self = objectOf('object', { name: string, count: int, tags: listOf(string) });

  it.each([
    ['self.foo', "ERROR: <input>:1:5: undefined field 'foo'\n | self.foo\n | ....^"],
    ['other', "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other\n | ^"],
    [
      'self.count + self.name',
      "ERROR: <input>:1:12: found no matching overload for '_+_' applied to '(int, string)'\n | self.count + self.name\n | ...........^",
    ],
    [
      'self.name.startsWith(1)',
      "ERROR: <input>:1:21: found no matching overload for 'startsWith' applied to 'string.(int)'\n | self.name.startsWith(1)\n | ....................^",
    ],
    [
      'self.name.all(x, true)',
      "ERROR: <input>:1:5: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.name.all(x, true)\n | ....^",
    ],
    [
      'self.count.foo',
      "ERROR: <input>:1:11: type 'int' does not support field selection\n | self.count.foo\n | ..........^",
    ],
    ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
    ['nope(1)', "ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')\n | nope(1)\n | ....^"],
    [
      'self.count +',
      "ERROR: <input>:1:13: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.count +\n | ............^",
    ],
    ['true &&\n  self.foo', "ERROR: <input>:2:7: undefined field 'foo'\n |   self.foo\n | ......^"],
    [
      'self.count == self.name',
      "ERROR: <input>:1:12: found no matching overload for '_==_' applied to '(int, string)'\n | self.count == self.name\n | ...........^",
    ],
  ])('%j says where and why', (source, message) => {
    expect(compileProblem(source, { self })).toBe(message);
  });

  it('names every mistake', () => {
    expect(
      compileProblem('self.a && self.b', { self })
        .split('\n')
        .filter((line) => line.startsWith('ERROR')),
    ).toEqual(["ERROR: <input>:1:5: undefined field 'a'", "ERROR: <input>:1:15: undefined field 'b'"]);
  });
});
