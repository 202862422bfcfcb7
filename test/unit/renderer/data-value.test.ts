import { expect, test } from 'vitest';
import { ofBase64, ofText } from '../../../renderer/resources/overviews/data-value.ts';

const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64');

test.each([
  [
    'text in UTF-8',
    Buffer.from('s3cret-pässword\n\tx').toString('base64'),
    { bytes: 19, text: 's3cret-pässword\n\tx' },
  ],
  ['bytes that are no UTF-8', base64(0xff, 0xfe, 0x41), { bytes: 3 }],
  ['control characters', base64(0, 1, 2, 3, 4, 5), { bytes: 6 }],
  ['nothing', '', { bytes: 0, text: '' }],
])('%s', (_, encoded, value) => expect(ofBase64(encoded)).toEqual({ base64: encoded, ...value }));

test('a text is as long as its bytes', () => expect(ofText('ä')).toEqual({ bytes: 2, text: 'ä' }));
