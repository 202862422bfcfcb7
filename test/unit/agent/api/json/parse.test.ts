import { describe, expect, it } from 'vitest';
import { isDeeperThan, mostLevels, mostValues } from '../../../../../agent/api/json/limits.ts';
import { parseJson } from '../../../../../agent/api/json/parse.ts';
import { scanJson } from '../../../../../agent/api/json/scan.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): unknown => parseJson(bytes(text));
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('the shape of a text', () => {
  it.each([
    ['1', { levels: 0, values: 0, members: 0, hasLongNumber: false }],
    ['{"a":[1,2,{"b":null}]}', { levels: 3, values: 5, members: 2, hasLongNumber: false }],
    ['{"[{,:":"]}\\",:[\\\\"}', { levels: 1, values: 1, members: 1, hasLongNumber: false }],
    ['[9007199254740993]', { levels: 1, values: 1, members: 0, hasLongNumber: true }],
    ['["9007199254740993",123456789012345]', { levels: 1, values: 2, members: 0, hasLongNumber: false }],
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
    expect(isDeeperThan(parse(nested(mostLevels)), mostLevels - 1)).toBe(true);
    expect(() => parse(nested(mostLevels + 1))).toThrow('exceeded max depth');
    expect(parse(`[${'1,'.repeat(mostValues - 2)}1]`)).toHaveLength(mostValues - 1);
    expect(() => parse(`[${'1,'.repeat(mostValues)}1]`)).toThrow(
      expect.objectContaining({ code: 413, reason: 'RequestEntityTooLarge' }),
    );
  });
});
