import { describe, expect, it, vi } from 'vitest';
import {
  parseCount,
  parseCpus,
  parseLabel,
  parseMemory,
  parseNodes,
  parseTail,
  parseTaint,
} from '../../../../main/cli/arguments.ts';
import { describeStatus, errorData, progressPrinter, table } from '../../../../main/cli/output.ts';
import { OperationError } from '../../../../main/cluster/boot.ts';
import { absent } from '../../../../main/cluster/status.ts';
import type { BootProgress } from '../../../../main/contract/clusters.ts';

describe('arguments', () => {
  it.each([
    ['4Gi', 4 * 2 ** 30],
    ['4g', 4e9],
    ['512MiB', 512 * 2 ** 20],
    ['2048', 2048 * 2 ** 20],
  ])('reads %s of memory', (text, bytes) => expect(parseMemory(text)).toBe(bytes));

  it.each(['', 'much', '4x', '-1', '2', '64Mi'])('refuses %j as memory', (text) =>
    expect(() => parseMemory(text)).toThrow(),
  );
  it.each(['0', '1.5', 'many', '1001'])('refuses %j nodes', (text) => expect(() => parseNodes(text)).toThrow());
  it.each(['0', 'x', 'Infinity', '-1', '0.00001'])('refuses %j cores', (text) =>
    expect(() => parseCpus(text)).toThrow(),
  );
  it.each(['', 'x', '-1', '1.5'])('refuses %j lines', (text) => expect(() => parseTail(text)).toThrow());
  it.each(['0', '1.5', 'many', '1000'])('refuses to add %j nodes', (text) => expect(() => parseCount(text)).toThrow());
  it('gathers labels and taints', () => {
    expect(parseLabel('b=', parseLabel('example.com/disk=ssd'))).toEqual({ 'example.com/disk': 'ssd', b: '' });
    expect(parseTaint('b:NoExecute', parseTaint('a=x:NoSchedule'))).toEqual([
      { key: 'a', value: 'x', effect: 'NoSchedule' },
      { key: 'b', effect: 'NoExecute' },
    ]);
  });
  it.each([
    ['disk', 'Give a label as key=value'],
    ['=ssd', 'Give a label as key=value'],
    ['a b=c', 'Name part must consist of alphanumeric characters'],
    ['a=b c', 'A valid label must be an empty string'],
    ['node-role.kubernetes.io/gpu=', 'use `kubectl label node NAME node-role.kubernetes.io/gpu=`'],
  ])('refuses %j as a label', (text, message) => expect(() => parseLabel(text)).toThrow(message));
  it.each(['a', 'a=b', 'a:Never', ':NoSchedule', 'a=b:c:NoSchedule', 'a b:NoSchedule'])(
    'refuses %j as a taint',
    (text) => expect(() => parseTaint(text)).toThrow(),
  );
  it('takes no lines for a number of lines', () => expect(parseTail('0')).toBe(0));
});

const progress = (states: BootProgress['steps'][number]['state'][], finished = false): BootProgress => ({
  profile: 'skiff',
  operation: 'start',
  steps: states.map((state, at) => ({ title: `step ${at}`, state, elapsed: 100 })),
  finished,
});

describe('progressPrinter', () => {
  it('writes plain lines, one for each step that ended, where there is no terminal', () => {
    let text = '';
    const { show: print } = progressPrinter({ write: (more) => (text += more), isTTY: false });
    print(progress(['running', 'waiting']));
    print(progress(['done', 'running']));
    print(progress(['done', 'done']));
    print(progress(['done', 'done'], true));
    expect(text).toBe('✓ step 0 (0.1s)\n✓ step 1 (0.1s)\n');
  });

  it('shows the running step on a terminal, no wider than that, and its time goes on', () => {
    vi.useFakeTimers();
    let text = '';
    const { show: print } = progressPrinter({ write: (more) => (text += more), isTTY: true, columns: 12 });
    print(progress(['running', 'waiting']));
    expect(text).toMatch(/^… step 0/);
    vi.advanceTimersByTime(1000);
    const last = text.split('\r\u001b[2K').at(-1) ?? '';
    expect(last).toBe('… step 0 (1');
    text = '';
    print(progress(['done', 'running']));
    print(progress(['done', 'done'], true));
    vi.advanceTimersByTime(1000);
    expect(text.replaceAll('\r\u001b[2K', '\n').split('\n')).toEqual([
      '',
      '✓ step 0 (0.1s)',
      '… step 1',
      '✓ step 1 (0.1s)',
      '',
    ]);
    vi.useRealTimers();
  });

  it('shows one operation after the other', () => {
    let text = '';
    const { show } = progressPrinter({ write: (more) => (text += more), isTTY: false });
    for (let operation = 0; operation < 2; operation++) show(progress(['done'], true));
    expect(text).toBe('✓ step 0 (0.1s)\n✓ step 0 (0.1s)\n');
  });

  it('takes a terminal that does not tell how wide it is for a usual one', () => {
    let text = '';
    const { show } = progressPrinter({ write: (more) => (text += more), isTTY: true, columns: 0 });
    show({ ...progress([]), steps: [{ title: 'long '.repeat(50), state: 'running', elapsed: 0 }] });
    expect(text).toHaveLength(79);
  });

  it('puts what is said in between on a line of its own', () => {
    let text = '';
    const { show, say } = progressPrinter({ write: (more) => (text += more), isTTY: true });
    show(progress(['running']));
    say('something');
    show(progress(['done'], true));
    expect(text.replaceAll('\r\u001b[2K', '<')).toBe('… step 0 (0.0s)<something\n… step 0 (0.0s)<✓ step 0 (0.1s)\n');
  });
});

describe('what is printed', () => {
  it('is in columns as wide as what is in them', () => {
    expect(
      table([
        ['NAME', 'ROLE'],
        ['one', 'worker'],
        ['longer', ''],
      ]),
    ).toBe('NAME    ROLE\none     worker\nlonger');
    expect(table([])).toBe('');
  });

  it('tells a failure as data with all that its card has', () => {
    const failure = { step: 'Start', code: 'DiskFull', message: 'no disk', command: 'docker start x', log: ['line'] };
    expect(errorData(new OperationError(failure, undefined))).toEqual({ error: failure });
    expect(errorData(new Error('odd'))).toEqual({ error: { code: 'Failed', message: 'odd' } });
  });

  it('tells what another process does to a cluster', () => {
    const underWay = { operation: 'start' as const, process: 7, step: { title: 'Start the nodes', number: 5, of: 8 } };
    const text = describeStatus({ ...absent('two'), state: 'starting', underWay });
    expect(text).toContain('profile   two (starting)');
    expect(text).toContain('doing     start: Start the nodes (step 5 of 8), process 7');
    expect(describeStatus(absent('two'))).toContain('`skiff start --profile two` makes it');
  });
});
