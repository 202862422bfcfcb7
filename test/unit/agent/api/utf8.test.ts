import { expect, it } from 'vitest';
import { bytesOf } from '../../../../agent/api/utf8.ts';

it.each(['', 'plain', 'ü\u07ff', '\u0800\uffff', '𝄞 and 𝄞', 'half \ud834', '\udd1e half', '\ud834\ud834\udd1e'])(
  'counts as many bytes as an encoder makes of %j',
  (text) => {
    expect(bytesOf(text)).toBe(new TextEncoder().encode(text).length);
  },
);
