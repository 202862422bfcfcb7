import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const module = resolve(import.meta.dirname, '../../../../main/cli/setup-lock.mjs');
let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-lock-'));
  lock = join(folder, 'dist/.setup.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that adds one to a number in a file, slowly enough for others to come in between. */
const program = (file: string) => `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { withFileLock } from ${JSON.stringify(module)};
  withFileLock(${JSON.stringify(lock)}, () => {
    const before = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    writeFileSync(${JSON.stringify(file)}, String(before + 1));
  });`;

const run = (file: string): Promise<{ code: number | null; stderr: string }> =>
  new Promise((done) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program(file)]);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code) => done({ code, stderr }));
  });

it('lets one process at a time at it', async () => {
  const file = join(folder, 'number');
  writeFileSync(file, '0');
  const runs = await Promise.all(Array.from({ length: 5 }, () => run(file)));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  expect(readFileSync(file, 'utf8')).toBe('5');
  expect(existsSync(lock)).toBe(false);
});

it('takes over a lock that a power cut left empty', async () => {
  const file = join(folder, 'number');
  writeFileSync(file, '0');
  await run(file);
  writeFileSync(lock, '');
  expect((await run(file)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('2');
});

it('takes over from a process that is gone', async () => {
  const file = join(folder, 'number');
  writeFileSync(file, '0');
  await run(file);
  // No process has a number this high: the kernel's limit is 2^22.
  writeFileSync(lock, '4194305');
  const { code, stderr } = await run(file);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'Waiting for process ?, which is setting up the same checkout ...\n',
  });
  expect(readFileSync(file, 'utf8')).toBe('2');
});
