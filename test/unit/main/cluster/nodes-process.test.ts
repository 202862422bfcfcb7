/** The process of simulated nodes, with a program of the test in the supervisor's place. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryFlags, NodesProcess } from '../../../../main/cluster/nodes-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-nodes-'));
  mkdirSync(join(folder, 'dist/agent'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the program says of the process that it runs in. */
async function said(expression: string): Promise<unknown> {
  const program = join(folder, 'dist/agent/supervisor.js');
  writeFileSync(program, `console.log(JSON.stringify(${expression}))`);
  const nodes = new NodesProcess(join(folder, 'profile'));
  await nodes.start(program, 'recipe');
  let lines: string[] = [];
  while (!lines[0]) lines = await nodes.lastLines(1);
  await nodes.stop();
  return JSON.parse(lines[0]);
}

it('takes the code that Node has compiled while the checkout was built, under the flags it was compiled with', async () => {
  expect(
    await said('[process.env.NODE_COMPILE_CACHE, process.env.NODE_COMPILE_CACHE_PORTABLE, process.execArgv]'),
  ).toEqual([join(folder, 'dist/.cache'), '1', memoryFlags]);
});
