/**
 * Every regular expression of the agent and of the desktop process, given inputs made to make it backtrack: text of any
 * length comes from clients, pods and engines, and one thread serves everybody.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Run at build time, on files of our own. */
const ownInput = [
  'agent/image',
  'agent/api/schema/generate.ts',
  'agent/api/schema/read-go-types.ts',
  'agent/apiserver/protobuf/generate.ts',
  'main/cli',
];

interface Found {
  place: string;
  pattern: RegExp;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function* nodesIn(value: unknown): Generator<Node> {
  if (!isNode(value)) return;
  yield value;
  for (const each of Object.values(value)) yield* nodesIn(each);
}

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !ownInput.some((each) => file.startsWith(each)));

/** Made of text at run time. Each tests no more than its first thousand characters, or a text of ours. */
const madeAtRunTime = ['agent/api/image-reference.ts', 'agent/api/names.ts', 'main/kube/edit-text.ts'];

const makesRegex = ({ type, callee }: Node): boolean =>
  (type === 'NewExpression' || type === 'CallExpression') && isNode(callee) && callee.name === 'RegExp';

function regexesIn(file: string): Found[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...nodesIn(parseSync(file, text).program)].flatMap(({ type, regex, start }) => {
    if (type !== 'Literal' || !isNode(regex)) return [];
    const line = text.slice(0, Number(start)).split('\n').length;
    return [{ place: `${file}:${line}`, pattern: new RegExp(String(regex.pattern), String(regex.flags)) }];
  });
}

const typical = ['a', 'Z', '0', ' ', '\t', '\n', '.', '-', '_', '/', ':', ',', '=', '"', "'", '\\', '(', '{', '['];

/** What a pattern may match over and over: its own literal parts, and a character of every usual class. */
function unitsOf({ source }: RegExp): string[] {
  const literal = source
    .replace(/\\[dws]/gi, '\n')
    .replace(/\\(.)/g, '$1')
    .split(/[\n[\](){}*+?|^$]/);
  return [...new Set([...typical, ...literal.filter((part) => part.length > 0 && part.length <= 12)])];
}

/** What the text ends with, so that no attempt to match it as a whole succeeds. */
const endings = ['\u0001', 'x', ''];
/** From few to many: a pattern that is exponential shows itself before it runs for ever. */
const lengths = [24, 32, 2_000, 30_000];
/** Milliseconds. A linear pattern takes less than one, a quadratic one a second. */
const slow = 300;

/** Milliseconds of this thread alone: what else the machine does at the time does not count. */
function spent(run: () => unknown): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function slowest(pattern: RegExp): string | undefined {
  const units = unitsOf(pattern);
  const pumped = units.flatMap((unit) => ['', ...units.slice(0, 8)].map((start) => [start, unit]));
  for (const [start = '', unit = ''] of pumped) {
    for (const length of lengths) {
      const long = start + unit.repeat(length / unit.length);
      for (const ending of endings) {
        if (spent(() => (long + ending).search(pattern)) > slow)
          return JSON.stringify(`${start}${unit}${unit}...${ending}`);
      }
    }
  }
  return undefined;
}

describe('no regular expression takes more than linear time', () => {
  it.each(['agent', 'main'])('in %s', { timeout: 240_000 }, (folder) => {
    const found = sources(folder).flatMap(regexesIn);
    expect(found.length).toBeGreaterThan(50);
    const bad = found.flatMap(({ place, pattern }) => {
      const input = slowest(pattern);
      return input === undefined ? [] : [`${place} ${pattern} on ${input}`];
    });
    expect(bad).toEqual([]);
  });

  it('made at run time but where the text is known to be short', () => {
    const files = [...sources('agent'), ...sources('main')].filter((file) =>
      [...nodesIn(parseSync(file, readFileSync(join(root, file), 'utf8')).program)].some(makesRegex),
    );
    expect(files.sort()).toEqual(madeAtRunTime);
  });

  it.each([/^(a+)+$/, /\s+$/, /^\d+(\.\d*)?\d*$/])('where %s would be found out', (pattern) => {
    expect(slowest(pattern)).toBeDefined();
  });
});
