import { expect, it } from 'vitest';
import { onWire, warningHeaders } from '../../../../agent/apiserver/warnings.ts';

it('writes each text once, in its order, with quotes and backslashes escaped', () => {
  expect(warningHeaders(['b', 'a "c" \\', 'b', ''])).toEqual(['299 - "b"', '299 - "a \\"c\\" \\\\"']);
});

it.each(['line\nfeed', 'tab\t', 'nul\u0000', 'next line\u0085'])(
  'leaves out %j, which is no text of a header',
  (text) => {
    expect(warningHeaders([text, 'fine'])).toEqual(['299 - "fine"']);
  },
);

it('keeps all of 4,096 characters', () => {
  const long = 'x'.repeat(4000);
  expect(warningHeaders([long, 'y'.repeat(96)])).toEqual([`299 - "${long}"`, `299 - "${'y'.repeat(96)}"`]);
});

it('cuts each to 256 characters where all are longer, and leaves out those beyond 4,096', () => {
  const texts = Array.from({ length: 30 }, (_, index) => String.fromCharCode(97 + index).repeat(1000));
  const headers = warningHeaders(texts);
  expect(headers.map(({ length }) => length)).toEqual(Array.from({ length: 16 }, () => 256 + '299 - ""'.length));
});

it('counts characters, not halves of them', () => {
  expect(warningHeaders(['🙂'.repeat(5000)])).toEqual([`299 - "${'🙂'.repeat(256)}"`]);
});

it('goes over the wire as UTF-8', () => {
  expect(Buffer.from(onWire('299 - "日本"'), 'latin1').toString('utf8')).toBe('299 - "日本"');
});
