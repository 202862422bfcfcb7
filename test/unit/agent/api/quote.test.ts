import { expect, it } from 'vitest';
import { quote } from '../../../../agent/api/quote.ts';

it.each([
  ['plain', '"plain"'],
  ['a "quoted" \\ word', '"a \\"quoted\\" \\\\ word"'],
  ['line\nfeed\r\ttab', '"line\\nfeed\\r\\ttab"'],
  ['\u0000\u0001\u007f\u0007\b\f\v', '"\\x00\\x01\\x7f\\a\\b\\f\\v"'],
  ['grüße 世界 🙂', '"grüße 世界 🙂"'],
  ['\u00a0\u200b\u2028\u{e0001}', '"\\u00a0\\u200b\\u2028\\U000e0001"'],
  ['half \ud83d', '"half \ufffd"'],
])('%j in quotes is %s, as Go has it', (text, expected) => {
  expect(quote(text)).toBe(expected);
});
