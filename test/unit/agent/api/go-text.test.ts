import { expect, it } from 'vitest';
import { goText } from '../../../../agent/api/json/go-text.ts';

it.each<[string, unknown, string]>([
  [
    'a list of objects',
    [{ name: 'b', containerPort: 80 }, { name: 'a' }],
    '[map[containerPort:80 name:b] map[name:a]]',
  ],
  ['what is empty', { b: [], a: {}, c: null }, 'map[a:map[] b:[] c:<nil>]'],
  ['scalars', [true, 'two words', 1.5, 12345678901234567890n], '[true two words 1.5 12345678901234567890]'],
  ['small and large numbers', [0, 0.0001, 0.00001, 1e21, -2e-7, 1e-12], '[0 0.0001 1e-05 1e+21 -2e-07 1e-12]'],
])('%s: printed as Go prints it', (_, value, text) => {
  expect(goText(value)).toBe(text);
});
