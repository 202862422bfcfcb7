// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { levelOf, parseLine } from '../../../renderer/logs/log-line.ts';
import { findLines, Matches, parseSearch, splitMatches } from '../../../renderer/logs/search.ts';

type Listener = (event: { id: string; lines: string[]; ended?: boolean }) => void;
const calls: { name: string; input: { id: string; pod?: string; sinceSeconds?: number } }[] = [];
const listeners = new Set<Listener>();
vi.stubGlobal('skiff', {
  call: (name: string, input: (typeof calls)[number]['input']) => {
    calls.push({ name, input });
    return new Promise(() => undefined);
  },
  on: (_: string, listener: Listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
});
const { LogBuffer } = await import('../../../renderer/logs/log-buffer.ts');

const source = { context: 'c', namespace: 'n', pod: 'p', container: 'x', follow: true };

/** As main would send it. */
function send(pod: string, lines: string[], ended = false): void {
  const id = calls.findLast(({ name, input }) => name === 'log.open' && input.pod === pod)?.input.id ?? '';
  for (const listener of [...listeners]) listener({ id, lines, ended });
}

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
    const buffer = new LogBuffer();
    const lines = Array.from({ length: 250_000 }, (_, at) => ({ stamp: '2026', text: String(at) }));
    for (let round = 0; round < 5; round++) buffer.add(lines);
    expect(buffer.lines.length + buffer.dropped).toBe(1_250_000);
    expect(buffer.lines.length).toBeLessThanOrEqual(1_000_000);
    expect(buffer.lines.at(-1)?.text).toBe('249999');
  });

  test('tells its listeners of every change, and when nothing more will come', () => {
    const buffer = new LogBuffer();
    const listener = vi.fn();
    buffer.subscribe(listener);
    buffer.follow([source]);
    send('p', ['2026 a'], true);
    expect(listener).toHaveBeenCalledOnce();
    expect(buffer).toMatchObject({ ended: true, version: 1 });
    buffer.close();
  });

  test('puts the lines of several pods in order, and opens a successor once', () => {
    const buffer = new LogBuffer();
    const [a, b, c] = ['a', 'b', 'c'].map((pod) => ({ ...source, pod }));
    buffer.follow([a, b] as (typeof source)[], true);
    send('a', ['2026-01-01T00:00:01Z one', '2026-01-01T00:00:04Z four']);
    send('b', ['2026-01-01T00:00:02Z two', '2026-01-01T00:00:05Z five']);
    buffer.follow([b, c] as (typeof source)[], true);
    send('c', ['2026-01-01T00:00:06Z six']);
    expect(buffer.lines.map(({ pod, text }) => `${pod} ${text}`)).toEqual([
      'a one',
      'b two',
      'a four',
      'b five',
      'c six',
    ]);
    expect(buffer.pods).toEqual(['a', 'b', 'c']);
    expect(calls.filter(({ name, input }) => name === 'log.open' && input.pod === 'b')).toHaveLength(1);
    buffer.close();
  });
});

describe('matches of a growing log', () => {
  const line = (stamp: string, text: string, pod?: string) => ({ stamp, text, pod });
  test('are found once, also where lines come in between', () => {
    const buffer = new LogBuffer();
    const matches = new Matches(/x/g);
    buffer.add([line('1', 'x', 'a'), line('3', 'y', 'a')]);
    expect(matches.in(buffer)).toEqual([0]);
    buffer.add([line('4', 'x', 'a')]);
    expect(matches.in(buffer)).toEqual([0, 2]);
    buffer.add([line('2', 'x', 'b')]);
    expect(matches.in(buffer)).toEqual([0, 1, 3]);
    buffer.clear();
    expect(matches.in(buffer)).toEqual([]);
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
