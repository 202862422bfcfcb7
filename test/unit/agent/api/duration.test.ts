import { expect, it } from 'vitest';
import { age } from '../../../../agent/api/columns.ts';
import { humanDuration } from '../../../../agent/api/duration.ts';

const minute = 60;
const hour = 3600;
const day = 24 * hour;
const year = 365 * day;

it.each([
  [-3, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [119, '119s'],
  [2 * minute, '2m'],
  [2 * minute + 5, '2m5s'],
  [10 * minute + 5, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 20 * minute, '3h20m'],
  [8 * hour + 20 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [2 * day + 4 * hour, '2d4h'],
  [8 * day + 4 * hour, '8d'],
  [2 * year - 1, '729d'],
  [2 * year + 35 * day, '2y35d'],
  [3 * year, '3y'],
  [9 * year + 35 * day, '9y'],
])('%i seconds are %s', (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});

it('knows no age without a timestamp', () => {
  expect(age(undefined, 0)).toBe('<unknown>');
  expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:01:30Z'))).toBe('90s');
});
