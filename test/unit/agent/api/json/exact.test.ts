import { describe, expect, it } from 'vitest';
import { parseJson, strictFaults } from '../../../../../agent/api/json/parse.ts';

const parse = (text: string): unknown => parseJson(new TextEncoder().encode(text));

describe('integers that no number holds', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '3546343826724305833',
    '9223372036854775807',
    '-9223372036854775808',
  ])('%s comes out of JSON and goes into it as it is', (digits) => {
    const text = `{"a":${digits},"b":[${digits},"${digits}",1],"c":{"\\"${digits}":${digits}}}`;
    const value = parse(text);
    expect(value).toMatchObject({ a: BigInt(digits), b: [BigInt(digits), digits, 1] });
    expect(JSON.stringify(value)).toBe(text);
    expect(JSON.stringify(structuredClone(value))).toBe(text);
  });

  it.each([
    ['9007199254740991', '9007199254740991'],
    ['1234567890123456.5', '1234567890123456.5'],
    ['1e300', '1e+300'],
    ['0.12345678901234567890', '0.12345678901234568'],
    ['9223372036854775808', '9223372036854776000'],
    ['1e-1234567890123456789', '0'],
  ])('of %s, which is none of them, becomes %s', (given, printed) => {
    expect(JSON.stringify(parse(`[${given}]`))).toBe(`[${printed}]`);
  });

  it('are taken as the whole body as well', () => {
    expect(parse('9007199254740993')).toBe(9007199254740993n);
  });

  it('of a text that looks like one inside are text', () => {
    const text = '{"a":"{\\"b\\":9007199254740993}","9007199254740993":"\\\\"}';
    expect(JSON.stringify(parse(text))).toBe(text);
  });

  it('do not make bad JSON good', () => {
    for (const bad of ['[9007199254740993', '[9007199254740993-]', '[09007199254740993]', '{9007199254740993:1}']) {
      expect(() => parse(bad)).toThrow(SyntaxError);
    }
  });
});

describe('members that stand more than once', () => {
  const faults = (text: string, unknown: string[] = []) => strictFaults(parse(text), unknown).errors;

  it.each([
    ['{"a":1,"b":2}', []],
    ['{"a":1,"a":2}', ['duplicate field "a"']],
    ['{"spec":{"x":1,"y":{"x":1},"x":2}}', ['duplicate field "spec.x"']],
    [
      '{"list":[{"a":1},{"b":1,"b":2},[{"c":1,"c":{}}]]}',
      ['duplicate field "list[1].b"', 'duplicate field "list[2][0].c"'],
    ],
    ['{"a":1,"\\u0061":2}', ['duplicate field "a"']],
    ['{"a":"{\\"b\\":1,\\"b\\":2}"}', []],
    ['{"labels":{"x\\n":"1","x\\n":"2"}}', ['duplicate field "labels.x\\n"']],
    ['{"a":1,"a":2,"a":3}', ['duplicate field "a"']],
    ['{"__proto__":1,"__proto__":2}', ['duplicate field "__proto__"']],
    ['{"a" : [ ] , "b":{ } , "a"\n:\t1}', ['duplicate field "a"']],
  ])('in %s are named: %j', (text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  it('are told with unknown fields in the order of the text, and not inside of those', () => {
    const text = '{"x":{"a":1,"a":2},"known":1,"y":1,"y":2,"known":2,"z":[{"a":1,"a":1}],"list":[1],"list":[2]}';
    expect(faults(text, ['x', 'y', 'z'])).toEqual([
      'unknown field "x"',
      'unknown field "y"',
      'duplicate field "known"',
      'unknown field "z"',
      'duplicate field "list"',
    ]);
  });

  it('are a hundred at the most', () => {
    const twice = Array.from({ length: 500 }, (_, index) => `"k${index}":1,"k${index}":1`).join();
    expect(faults(`{${twice}}`)).toHaveLength(100);
  });
});
