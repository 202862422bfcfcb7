import { describe, expect, it } from 'vitest';
import { parseCpus, parseMemory, parseNodes } from '../../../../main/cli/arguments.ts';
import { progressPrinter } from '../../../../main/cli/output.ts';
import type { BootProgress } from '../../../../main/contract.ts';

describe('arguments', () => {
  it.each([
    ['4Gi', 4 * 2 ** 30],
    ['4g', 4e9],
    ['512MiB', 512 * 2 ** 20],
    ['2048', 2048 * 2 ** 20],
  ])('reads %s of memory', (text, bytes) => expect(parseMemory(text)).toBe(bytes));

  it.each(['', 'much', '4x', '-1'])('refuses %j as memory', (text) => expect(() => parseMemory(text)).toThrow());
  it.each(['0', '1.5', 'many', '101'])('refuses %j nodes', (text) => expect(() => parseNodes(text)).toThrow());
  it.each(['0', 'x'])('refuses %j cores', (text) => expect(() => parseCpus(text)).toThrow());
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
    const print = progressPrinter({ write: (more) => (text += more), isTTY: false });
    print(progress(['running', 'waiting']));
    print(progress(['done', 'running']));
    print(progress(['done', 'done']));
    print(progress(['done', 'done'], true));
    expect(text).toBe('✓ step 0 (0.1s)\n✓ step 1 (0.1s)\n');
  });
});
