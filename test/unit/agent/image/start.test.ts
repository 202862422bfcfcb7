/** What makes the agent of a node start quickly. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAgent } from '../../../../agent/image/bundle.ts';
import { memoryFlags } from '../../../../main/cluster/nodes-process.ts';

const script = readFileSync(join(import.meta.dirname, '../../../../agent/image/supervise.sh'), 'utf8');
const [, flagsOfNode = ''] = /^\s+node (--.+) \\\n\s+\/opt\/skiff\/agent\/agent\.js/ms.exec(script) ?? [];

const outputOf = (args: string[]): string => execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();

/**
 * V8 takes compiled code only under the version and flags that it was made with; Node's own modules come with such
 * code.
 */
const tagUnder = (flags: string[]): string => outputOf([...flags, '--print', 'v8.cachedDataVersionTag()']);

describe.each([
  ['an agent in a container', flagsOfNode.split(/[\s\\]+/)],
  ['the process of simulated nodes', memoryFlags],
])('the flags of %s', (_, flags) => {
  it('leave the compiled code of Node itself valid', () => {
    expect(flags).toContain('--max-semi-space-size=16');
    expect(tagUnder(flags)).toBe(tagUnder([]));
  });
});

describe('the bundle', () => {
  let outside: string;
  let folder: string;
  beforeAll(async () => {
    // Not in the checkout, whose package.json would speak for the bundle.
    outside = mkdtempSync(join(tmpdir(), 'skiff-bundle-'));
    folder = join(outside, 'agent');
    await bundleAgent(folder);
  });
  afterAll(() => rmSync(outside, { recursive: true }));

  /** The parts of a control plane's agent, which loads them with `import()`. */
  const parts = () =>
    readdirSync(folder)
      .filter((name) => /^(run|docker|cluster)-\w+\.js$/.test(name))
      .map((name) => join(folder, name));

  /** What `expression` is after all parts have been loaded. */
  const afterLoading = (expression: string, flags: string[] = []): string => {
    const load = 'await Promise.all(process.argv.slice(1).map((file) => import(file)));';
    const code = `${load}console.log(${expression});process.exit();`;
    return outputOf([...flags, '--input-type=module', '--eval', code, ...parts()]);
  };

  it('says that it is of ES modules, so that Node need not compile it as CommonJS first to find out', () => {
    expect(afterLoading('process.argv.length - 1', ['--no-experimental-detect-module'])).toBe('3');
  });

  it('does not load undici, which is in Node and large', () => {
    expect(afterLoading("process.moduleLoadList.filter((name) => name.includes('undici')).join()")).toBe('');
  });
});
