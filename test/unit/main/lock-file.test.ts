import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { holderOf, tryLock } from '../../../main/lock-file.ts';
import { processStart } from '../../../main/process-start.ts';

/** Processes, and a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

const module = resolve(import.meta.dirname, '../../../main/lock-file.ts');
let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-lock-'));
  lock = join(folder, 'skiff.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Of someone else, to be put in the place of another. */
function createLock(): string {
  const other = join(folder, 'other.lock');
  writeFileSync(other, '');
  return other;
}

/** No process has a number this high: the kernel's limit is 2^22. */
const nobody = 4194305;

interface Ran {
  code: number | null;
  stderr: string;
}

const run = (program: string): Promise<Ran> =>
  new Promise((done) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code) => done({ code, stderr }));
  });

/** Adds one to a number in a file, again and again, each time in two halves between which others may come. */
const adding = (file: string, times: number) => `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { tryLock } from ${JSON.stringify(module)};
  for (let at = 0; at < ${times}; at++) {
    let attempt;
    while (!(attempt = await tryLock(${JSON.stringify(lock)}, { operation: 'start' })).held) await sleep(1);
    const before = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
    await sleep(1);
    writeFileSync(${JSON.stringify(file)}, String(before + 1));
    await attempt.release();
  }`;

/** Takes the lock, and is killed with it. */
const dying = () => `
  import { tryLock } from ${JSON.stringify(module)};
  await tryLock(${JSON.stringify(lock)}, { operation: 'start' });
  process.kill(process.pid, 'SIGKILL');`;

describe('a lock', () => {
  it('is held by one process at a time, and leaves nothing behind', async () => {
    const file = join(folder, 'number');
    writeFileSync(file, '0');
    const runs = await Promise.all(Array.from({ length: 4 }, () => run(adding(file, 15))));
    expect(runs).toEqual(runs.map(() => ({ code: 0, stderr: '' })));
    expect(readFileSync(file, 'utf8')).toBe('60');
    expect(readdirSync(folder)).toEqual(['number']);
  });

  it('of processes that are killed with it goes to one of those that wait, and only one', async () => {
    const file = join(folder, 'number');
    writeFileSync(file, '0');
    const adders = Array.from({ length: 4 }, () => run(adding(file, 15)));
    for (let round = 0; round < 5; round++) await Promise.all([run(dying()), run(dying()), run(dying())]);
    const runs = await Promise.all(adders);
    expect(runs).toEqual(runs.map(() => ({ code: 0, stderr: '' })));
    expect(readFileSync(file, 'utf8')).toBe('60');
  });

  it('tells who holds it and with what', async () => {
    const attempt = await tryLock(lock, { operation: 'stop' });
    expect(attempt.held).toBe(true);
    const holder = { pid: process.pid, start: await processStart(process.pid), operation: 'stop' };
    expect(await holderOf(lock)).toEqual(holder);
    expect(await tryLock(lock, { operation: 'start' })).toEqual({ held: false, holder });
  });

  it('of a process that is gone is free, also where another one has its number by now', async () => {
    writeFileSync(lock, JSON.stringify({ pid: nobody, start: '1', operation: 'start' }));
    expect(await holderOf(lock)).toBeUndefined();
    expect(await tryLock(lock)).toMatchObject({ held: true });
    writeFileSync(lock, JSON.stringify({ pid: process.pid, start: 'another time', operation: 'start' }));
    expect(await holderOf(lock)).toBeUndefined();
    expect(await tryLock(lock)).toMatchObject({ held: true });
  });

  it('that is empty belongs to someone who is about to fill it, or was before the machine started', async () => {
    writeFileSync(lock, '');
    expect(await tryLock(lock)).toEqual({ held: false });
    expect(readFileSync(lock, 'utf8')).toBe('');
    utimesSync(lock, 1, 1);
    expect(await tryLock(lock)).toMatchObject({ held: true });
  });

  it('is waited for as long as it changes hands', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    /** Twice: the first look may have been under way before. */
    const nextLooks = () => {
      const looks = clock.mock.calls.length;
      return vi.waitUntil(() => clock.mock.calls.length > looks + 2, { timeout: 20_000 });
    };
    writeFileSync(lock, '');
    const attempt = tryLock(lock, { patience: 1000 });
    for (let hands = 0; hands < 3; hands++) {
      await nextLooks();
      now += 900;
      renameSync(createLock(), lock);
    }
    await nextLooks();
    now += 1000;
    expect(await attempt).toEqual({ held: false });
  });

  it('is taken over where who took it over was killed in the middle', async () => {
    const dead = JSON.stringify({ pid: nobody, start: '1' });
    writeFileSync(lock, dead);
    writeFileSync(`${lock}.takeover`, dead);
    expect(await tryLock(lock)).toMatchObject({ held: true });
    expect(readdirSync(folder)).toEqual(['skiff.lock']);
  });
});
