// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import type { Pod } from '../../../agent/api/types.ts';
import type { LogPosition } from '../../../main/contract/streams.ts';
import { cellsOf, type LogLine, levelOf, parseLine } from '../../../renderer/logs/log-line.ts';
import { hasStarted, successorOf, waitingFor } from '../../../renderer/logs/log-pods.ts';
import { flatRows, WrappedRows } from '../../../renderer/logs/rows.ts';
import { Matches, parseSearch, splitMatches, type Turns } from '../../../renderer/logs/search.ts';
import { afterScroll, realFor, tallest } from '../../../renderer/logs/tall-scroll.ts';

type Listener = (event: { id: string; lines: string[]; ended?: boolean; position?: LogPosition }) => void;
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

const line = (stamp: string, text: string, pod?: string): LogLine => ({
  stamp,
  text,
  cells: text.length,
  ...(pod ? { pod } : {}),
});
const source = { context: 'c', namespace: 'n', pod: 'p', container: 'x', follow: true };

/** As main would send it. */
function send(pod: string, lines: string[], ended = false): void {
  const id = calls.findLast(({ name, input }) => name === 'log.open' && input.pod === pod)?.input.id ?? '';
  for (const listener of [...listeners]) listener({ id, lines, ended });
}

describe('a line', () => {
  test('is split into stamp and text, without colours', () =>
    expect(parseLine('2026-01-01T00:00:00.1Z \u001b[31mred\u001b[0m alert\r')).toEqual({
      stamp: '2026-01-01T00:00:00.100000000Z',
      text: 'red alert',
      cells: 9,
    }));

  test.each([
    ['plain', 5],
    ['a\tb', 10],
    ['日本', 4],
    ['é', 1],
    ['🚀', 3],
  ])('%j takes at most %d columns', (text, cells) => expect(cellsOf(text)).toBe(cells));

  test.each([
    ['E1121 00:46:29.000000 1 x] failed', 'error'],
    ['W1121 00:46:29.000000 1 x] slow', 'warn'],
    ['level=error msg=x', 'error'],
    ['{"level":"WARNING"}', 'warn'],
    ['DEBUG: x', 'debug'],
    ['{"level":"info","msg":"no error at all"}', 'info'],
    ['2026-01-01 10:00:00 INFO  retry after error', 'info'],
    ['[ERROR] x', 'error'],
    ['I1121 00:46:29.000000 1 x] error budget', 'info'],
    ['ts=1 lvl=warn msg="x"', 'warn'],
    ['it was an error', 'error'],
    ['terror is not an err', ''],
  ])('%s has level "%s"', (text, level) => expect(levelOf(text)).toBe(level));
});

describe('the buffer', () => {
  test('keeps the last million lines', () => {
    const buffer = new LogBuffer();
    const lines = Array.from({ length: 250_000 }, (_, at) => line('2026', String(at)));
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
    buffer.follow([a, b] as (typeof source)[]);
    send('a', ['2026-01-01T00:00:01Z one', '2026-01-01T00:00:04Z four']);
    send('b', ['2026-01-01T00:00:02Z two', '2026-01-01T00:00:05Z five']);
    buffer.follow([b, c] as (typeof source)[]);
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

describe('lines of one stamp', () => {
  test('stay in the order in which their pod wrote them', () => {
    const buffer = new LogBuffer();
    buffer.add([line('2', 'a1', 'a'), line('2', 'a2', 'a'), line('3', 'a3', 'a')]);
    buffer.add([line('1', 'b1', 'b'), line('2', 'b2', 'b'), line('2', 'b3', 'b')]);
    expect(buffer.lines.map(({ text }) => text)).toEqual(['b1', 'a1', 'a2', 'b2', 'b3', 'a3']);
  });
});

describe('lines of one pod', () => {
  test('are never put in another order', () => {
    const buffer = new LogBuffer();
    buffer.add([line('2', 'out', 'a')]);
    buffer.add([line('1', 'err', 'a')]);
    expect(buffer.lines.map(({ text }) => text)).toEqual(['out', 'err']);
    expect(buffer.isMerged).toBe(false);
  });
});

describe('a pod that comes back under its name', () => {
  test('is opened anew where its stream has ended, and left alone where it goes on', () => {
    const opened = () => calls.filter(({ name, input }) => name === 'log.open' && input.pod === 'db-0').length;
    const buffer = new LogBuffer();
    buffer.follow([{ ...source, pod: 'db-0', uid: '1' }]);
    buffer.follow([{ ...source, pod: 'db-0', uid: '2' }]);
    expect(opened()).toBe(1);
    send('db-0', ['2026 a'], true);
    buffer.follow([{ ...source, pod: 'db-0', uid: '2' }]);
    expect(opened()).toBe(1);
    buffer.follow([{ ...source, pod: 'db-0', uid: '3' }]);
    expect(opened()).toBe(2);
    send('db-0', ['2027 b']);
    expect(buffer.lines.map(({ text }) => text)).toEqual(['a', 'b']);
    buffer.close();
  });
});

/** Turns that the test gives; each may take as long as the budget. */
function handTurns() {
  const waiting: (() => void)[] = [];
  let time = 0;
  const turns: Turns = {
    now: () => time++,
    next(work) {
      waiting.push(work);
      return () => void waiting.splice(waiting.indexOf(work), 1);
    },
  };
  const all = () => {
    let count = 0;
    for (let work = waiting.shift(); work; work = waiting.shift()) {
      work();
      count++;
    }
    return count;
  };
  return { turns, all };
}

describe('matches of a growing log', () => {
  const foundIn = (matches: InstanceType<typeof Matches>) =>
    Array.from({ length: matches.count }, (_, at) => matches.at(at));

  test('are found once, also where lines come in between', () => {
    const { turns, all } = handTurns();
    const buffer = new LogBuffer();
    const matches = new Matches(buffer, /x/g, turns);
    const forget = matches.subscribe(() => undefined);
    buffer.add([line('1', 'x', 'a'), line('3', 'y', 'a')]);
    all();
    expect(foundIn(matches)).toEqual([0]);
    buffer.add([line('4', 'x', 'a')]);
    all();
    expect(foundIn(matches)).toEqual([0, 2]);
    buffer.add([line('2', 'x', 'b')]);
    all();
    expect(foundIn(matches)).toEqual([0, 1, 3]);
    buffer.clear();
    all();
    expect(foundIn(matches)).toEqual([]);
    forget();
  });

  test('are looked for in many short turns', () => {
    const { turns, all } = handTurns();
    const buffer = new LogBuffer();
    buffer.add(Array.from({ length: 50_000 }, (_, at) => line('1', at % 10 ? 'no' : 'x')));
    const matches = new Matches(buffer, /x/g, turns);
    const forget = matches.subscribe(() => undefined);
    expect(matches.isSearching).toBe(true);
    expect(all()).toBeGreaterThan(10);
    expect(matches.isSearching).toBe(false);
    expect(matches.count).toBe(5_000);
    expect(matches.before(matches.at(77) ?? 0)).toBe(77);
    forget();
  });

  test('keep their lines when older ones are dropped', () => {
    const { turns, all } = handTurns();
    const buffer = new LogBuffer();
    const matches = new Matches(buffer, /^5000$/g, turns);
    const forget = matches.subscribe(() => undefined);
    const thousands = Array.from({ length: 250_000 }, (_, at) => line('1', String(at)));
    for (let round = 0; round < 4; round++) buffer.add(thousands);
    all();
    expect(foundIn(matches)).toEqual([5_000, 255_000, 505_000, 755_000]);
    buffer.add(thousands.slice(0, 6_000));
    all();
    expect(foundIn(matches)).toEqual([255_000, 505_000, 755_000, 1_005_000]);
    expect(buffer.line(255_000)?.text).toBe('5000');
    forget();
  });
});

describe('rows', () => {
  const lineOf = (cells: number) => line('1', 'x'.repeat(cells));

  test('of lines that do not wrap are the lines', () => {
    expect(flatRows(3)).toMatchObject({ total: 3 });
    expect(flatRows(3).indexAt(9)).toBe(2);
  });

  test('of wrapped lines are found from either side, as lines come, go and come in between', () => {
    const buffer = new LogBuffer();
    const wrapped = new WrappedRows(buffer, 10);
    const expectSound = () => {
      const rows = wrapped.now(buffer.lines.length);
      let row = 0;
      for (let index = 0; index < buffer.lines.length; index++) {
        if (index % 97 === 0) expect([rows.rowOf(index), rows.indexAt(row)]).toEqual([row, index]);
        row += Math.max(1, Math.ceil((buffer.lines[index]?.cells ?? 0) / 10));
      }
      expect(rows.total).toBe(row);
    };
    buffer.add(Array.from({ length: 3_000 }, (_, at) => lineOf(at % 35)));
    expectSound();
    buffer.add(Array.from({ length: 300 }, () => lineOf(25)));
    expectSound();
    buffer.add([line('0', 'y'.repeat(100), 'late')]);
    expectSound();
    buffer.clear();
    expectSound();
    buffer.add([lineOf(25)]);
    expectSound();
  });

  test('of a million lines are counted again within a frame or three', () => {
    const buffer = new LogBuffer();
    for (let round = 0; round < 4; round++) buffer.add(Array.from({ length: 250_000 }, () => lineOf(25)));
    const begun = performance.now();
    expect(new WrappedRows(buffer, 10).now(1_000_000).total).toBe(3_000_000);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('a sheet that is too tall for a browser', () => {
  const total = 60_000_000;
  const height = 500;

  test('has its end at the end of the scroll bar', () => {
    expect(realFor(total - height, total, height)).toBe(tallest - height);
    expect(afterScroll({ real: 0, top: 0 }, tallest - height, total, height).top).toBe(total - height);
    expect(afterScroll({ real: 700, top: 5_000 }, 0, total, height).top).toBe(0);
  });

  test('moves pixel by pixel under the wheel, and in proportion under the bar', () => {
    const there = { real: 1_000_000, top: 4_000_000 };
    expect(afterScroll(there, 1_000_100, total, height).top).toBe(4_000_100);
    const far = afterScroll(there, 7_000_000, total, height).top;
    expect(realFor(far, total, height)).toBeCloseTo(7_000_000, 0);
  });

  test('that is not, scrolls as any other', () =>
    expect(afterScroll({ real: 0, top: 0 }, 1_234, 10_000, height)).toEqual({ real: 1_234, top: 1_234 }));
});

describe('searching', () => {
  test('takes text literally and ignores case', () =>
    expect('TWO (2)').toMatch(parseSearch('two (', false).pattern ?? ''));
  test('takes an expression where asked to', () => expect('TWO (2)').toMatch(parseSearch('^t.o', true).pattern ?? ''));
  test('says so where the expression does not parse', () =>
    expect(parseSearch('(', true)).toEqual({ pattern: undefined, invalid: true }));
  test('cuts a line into what matches and what does not', () =>
    expect(splitMatches('a1b22', /\d+/g)).toEqual(['a', '1', 'b', '22', '']));
});

describe('whose log it is', () => {
  const pod = (name: string, made: string, extra: object = {}, owner = 'rs'): Pod =>
    ({
      metadata: {
        name,
        uid: `uid-${name}`,
        creationTimestamp: made,
        ownerReferences: [{ uid: owner, controller: true }],
        ...extra,
      },
      spec: { containers: [{ name: 'c' }] },
    }) as Pod;
  const now = Date.parse('2026-01-01T01:00:00Z');

  test('the successor is what the controller made when the pod was asked to go', () => {
    const gone = pod('old', '2026-01-01T00:00:00Z', {
      deletionTimestamp: '2026-01-01T00:10:30Z',
      deletionGracePeriodSeconds: 30,
    });
    const sibling = pod('sibling', '2026-01-01T00:05:00Z');
    const next = pod('next', '2026-01-01T00:10:00Z');
    const foreign = pod('foreign', '2026-01-01T00:10:00Z', {}, 'other');
    expect(successorOf(gone, [gone, sibling, foreign, next], now)).toBe(next);
    expect(successorOf(gone, [gone, sibling, foreign], now)).toBeUndefined();
  });

  test('a pod that has gone without a word is replaced by what is made from now on', () => {
    const gone = pod('old', '2026-01-01T00:00:00Z');
    expect(successorOf(gone, [pod('sibling', '2026-01-01T00:59:00Z')], now)).toBeUndefined();
    expect(successorOf(gone, [pod('next', '2026-01-01T00:59:59Z')], now)?.metadata.name).toBe('next');
  });

  test('there is no log before the container has started, and it says what it waits for', () => {
    const statuses = (state: object) => ({ containerStatuses: [{ name: 'c', restartCount: 0, state }] });
    const waiting = { ...pod('a', ''), status: statuses({ waiting: { reason: 'ImagePullBackOff' } }) } as Pod;
    expect([hasStarted(waiting, 'c'), waitingFor(waiting, 'c')]).toEqual([false, 'ImagePullBackOff']);
    expect(hasStarted({ ...waiting, status: statuses({ running: {} }) } as Pod, 'c')).toBe(true);
  });
});
