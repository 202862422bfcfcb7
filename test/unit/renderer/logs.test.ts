// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { findLines, parseSearch, splitMatches } from '../../../renderer/logs/search.ts';

vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { LogBuffer, levelOf, parseLine } = await import('../../../renderer/logs/log-buffer.ts');

const source = { context: 'c', namespace: 'n', pod: 'p', container: 'x', follow: true };

describe('a line', () => {
  test('is split into stamp and text, without colours', () =>
    expect(parseLine('2026-01-01T00:00:00.1Z \u001b[31mred\u001b[0m alert\r')).toEqual({
      stamp: '2026-01-01T00:00:00.1Z',
      text: 'red alert',
    }));

  test.each([
    ['E1121 00:46:29.000000 1 x] failed', 'error'],
    ['W1121 00:46:29.000000 1 x] slow', 'warn'],
    ['level=error msg=x', 'error'],
    ['{"level":"WARNING"}', 'warn'],
    ['DEBUG: x', 'debug'],
    ['terror is not an err', ''],
  ])('%s has level "%s"', (text, level) => expect(levelOf(text)).toBe(level));
});

describe('the buffer', () => {
  test('keeps the last million lines', () => {
    const buffer = new LogBuffer(source);
    const lines = Array.from({ length: 250_000 }, (_, at) => `2026 ${at}`);
    for (let round = 0; round < 5; round++) buffer.take({ id: '', lines });
    expect(buffer.lines.length + buffer.dropped).toBe(1_250_000);
    expect(buffer.lines.length).toBeLessThanOrEqual(1_000_000);
    expect(buffer.lines.at(-1)?.text).toBe('249999');
  });

  test('tells its listeners of every change', () => {
    const buffer = new LogBuffer(source);
    const listener = vi.fn();
    buffer.subscribe(listener);
    buffer.take({ id: '', lines: ['2026 a'], ended: true });
    expect(listener).toHaveBeenCalledOnce();
    expect(buffer).toMatchObject({ ended: true, version: 1 });
  });
});

describe('searching', () => {
  const lines = ['one', 'TWO (2)', 'two'].map((text) => ({ stamp: '', text }));
  test('takes text literally and ignores case', () => {
    const { pattern } = parseSearch('two (', false);
    expect(pattern && findLines(lines, pattern)).toEqual([1]);
  });
  test('takes an expression where asked to', () => {
    const { pattern } = parseSearch('^t.o', true);
    expect(pattern && findLines(lines, pattern)).toEqual([1, 2]);
    expect(pattern && findLines(lines, pattern, 2)).toEqual([2]);
  });
  test('says so where the expression does not parse', () =>
    expect(parseSearch('(', true)).toEqual({ pattern: undefined, invalid: true }));
  test('cuts a line into what matches and what does not', () =>
    expect(splitMatches('a1b22', /\d+/g)).toEqual(['a', '1', 'b', '22', '']));
});
