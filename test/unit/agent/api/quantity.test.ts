import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  tryParseQuantity,
} from '../../../../agent/api/quantity.ts';

describe('canonical form', () => {
  it.each([
    ['0', '0'],
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1024Mi', '1Gi'],
    ['2048Ki', '2Mi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['1000', '1k'],
    ['123456', '123456'],
    ['1e3', '1e3'],
    ['12E', '12E'],
    ['100000n', '100u'],
    ['-5', '-5'],
    ['.5', '500m'],
    ['1Ei', '1Ei'],
    ['1e999', '1e999'],
    ['1e1000', '10e999'],
    // As upstream, amounts in powers of two end there.
    ['100000Ei', '9223372036854775807'],
  ])('of %s is %s', (text, canonical) => {
    expect(formatQuantity(parseQuantity(text))).toBe(canonical);
  });

  it('rounds up what is finer than a nano-unit', () => {
    expect(formatQuantity(parseQuantity('0.0000000001'))).toBe('1n');
  });
});

it.each(['', 'x', '1 Gi', '1gi', '1.2.3', '--1', '1e', '1e99999', '9'.repeat(1000)])('%j is no quantity', (text) => {
  expect(tryParseQuantity(text)).toBeUndefined();
});

it('reads values in units and in thousandths, rounded up', () => {
  expect(quantityValue('1.5Gi')).toBe(1_610_612_736);
  expect(quantityValue('100m')).toBe(1);
  expect(quantityMilliValue('0.1')).toBe(100);
  expect(quantityMilliValue('1500u')).toBe(2);
  expect(quantityValue(undefined)).toBe(0);
});

it('adds in the format of the first operand', () => {
  expect(addQuantities('100m', '0.9')).toBe('1');
  expect(addQuantities('0', '128Mi')).toBe('128Mi');
});

it('compares across formats', () => {
  expect(compareQuantities('1Gi', '1024Mi')).toBe(0);
  expect(compareQuantities('1G', '1Gi')).toBe(-1);
  expect(compareQuantities('2', '1999m')).toBe(1);
});

it('parses each of more amounts than it remembers', () => {
  const amounts = Array.from({ length: 3000 }, (_, index) => `${index + 1}m`);
  const parsed = [...amounts, ...amounts].map((text) => formatQuantity(parseQuantity(text)));
  expect(new Set(parsed).size).toBe(3000);
  expect(parsed[3000]).toBe('1m');
});
