import { describe, expect, it } from 'vitest';
import { isDeeperThan, mostLevels, objectLimits } from '../../../../../agent/api/json/limits.ts';
import { parseJson } from '../../../../../agent/api/json/parse.ts';
import { scanJson } from '../../../../../agent/api/json/scan.ts';
import { inOneGo } from '../../../../../agent/api/json/steps.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): unknown => parseJson(bytes(text));
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('the shape of a text', () => {
  it.each([
    ['1', { levels: 0, values: 0, mayRepeat: false, longIntegers: [] }],
    ['{"a":[1,2,{"b":null}]}', { levels: 3, values: 5, mayRepeat: false, longIntegers: [] }],
    ['{"[{,:":"]}\\",:[\\\\"}', { levels: 1, values: 1, mayRepeat: false, longIntegers: [] }],
    [
      '[9007199254740993, -9007199254740993]',
      { levels: 1, values: 2, mayRepeat: false, longIntegers: [1, 17, 19, 36] },
    ],
    ['["9007199254740993",123456789012345]', { levels: 1, values: 2, mayRepeat: false, longIntegers: [] }],
    [
      '[9007199254740991,1.9007199254740993,9007199254740993e1]',
      { levels: 1, values: 3, mayRepeat: false, longIntegers: [] },
    ],
    [`[${'9'.repeat(101)}]`, { levels: 1, values: 1, mayRepeat: false, longIntegers: [] }],
    ['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', { levels: 3, values: 7, mayRepeat: false, longIntegers: [] }],
    ['{"a":1,"b":{"a":1},"a":2}', { levels: 2, values: 4, mayRepeat: true, longIntegers: [] }],
    ['{"k:{\\"name\\":1}":{},"\\\\":1}', { levels: 2, values: 3, mayRepeat: false, longIntegers: [] }],
    ['{"a\\/b":1}', { levels: 1, values: 1, mayRepeat: true, longIntegers: [] }],
    ['{"\\u0061":1}', { levels: 1, values: 1, mayRepeat: true, longIntegers: [] }],
  ])('of %s', (text, expected) => {
    expect(scanJson(bytes(text), 10, 10)).toEqual(expected);
  });

  it('is looked at no further than the limits', () => {
    expect(scanJson(bytes(nested(1_000_000)), 10, 1000).levels).toBe(11);
    expect(scanJson(bytes(`[${'1,'.repeat(1_000_000)}1]`), 10, 1000).values).toBe(1001);
  });
});

describe('JSON from clients', () => {
  it('is parsed as JSON is', () => {
    expect(parse('{"a":[1,"\u00fc\\n",{"__proto__":{"b":true}}]}')).toEqual(
      JSON.parse('{"a":[1,"\u00fc\\n",{"__proto__":{"b":true}}]}'),
    );
    expect(() => parse('{')).toThrow(SyntaxError);
  });

  it('may be as deep and as rich as the limits, and no more', () => {
    expect(inOneGo(isDeeperThan(parse(nested(mostLevels)), mostLevels - 1))).toBe(true);
    expect(() => parse(nested(mostLevels + 1))).toThrow('exceeded max depth');
    expect(parse(`[${'1,'.repeat(objectLimits().values - 2)}1]`)).toHaveLength(objectLimits().values - 1);
    expect(() => parse(`[${'1,'.repeat(objectLimits().values)}1]`)).toThrow(
      expect.objectContaining({ code: 413, reason: 'RequestEntityTooLarge' }),
    );
  });
});
