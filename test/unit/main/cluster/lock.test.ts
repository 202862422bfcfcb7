import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ElsewhereWatch } from '../../../../main/cluster/elsewhere.ts';
import { elsewhere, lockedProfiles, lockProfile } from '../../../../main/cluster/lock.ts';
import { absent } from '../../../../main/cluster/status.ts';
import type { BootProgress } from '../../../../main/contract/clusters.ts';

/** Processes, and a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

const module = resolve(import.meta.dirname, '../../../../main/cluster/lock.ts');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-locks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const progress = (...states: BootProgress['steps'][number]['state'][]): BootProgress => ({
  profile: 'a',
  operation: 'start',
  steps: states.map((state, at) => ({ title: `Step ${at + 1}`, state, elapsed: 10 })),
  finished: false,
});

/** A process that has the lock, has told how far it is, and then says `held` and stays until it is killed. */
async function another(told?: BootProgress): Promise<ChildProcess> {
  const program = `
    import { lockProfile } from ${JSON.stringify(module)};
    const lock = await lockProfile(${JSON.stringify(folder)}, 'a', 'start');
    ${told ? `await lock.tell(${JSON.stringify(told)});` : ''}
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((done) => child.stdout.once('data', done));
  return child;
}

const killed = (child: ChildProcess) =>
  new Promise((done) => {
    child.once('close', done);
    child.kill('SIGKILL');
  });

describe('the lock of a profile', () => {
  it('takes away with it the half of a report that a killed process left', async () => {
    writeFileSync(join(folder, 'a.progress.next'), '{"process":');
    const lock = await lockProfile(folder, 'a', 'delete');
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps a second operation out, which is told of the first, and not that of another profile', async () => {
    const lock = await lockProfile(folder, 'a', 'stop');
    await expect(lockProfile(folder, 'a', 'start')).rejects.toMatchObject({
      code: 'ProfileBusy',
      message: 'profile a is busy: stop is running',
    });
    const other = await lockProfile(folder, 'b', 'start');
    expect((await lockedProfiles(folder)).sort()).toEqual(['a', 'b']);
    await Promise.all([lock.release(), other.release()]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells other processes what is done and how far that is, as long as its process lives', async () => {
    const report = progress('done', 'running', 'waiting');
    const child = await another(report);
    expect(await elsewhere(folder, 'a')).toEqual({
      underWay: { operation: 'start', process: child.pid, step: { title: 'Step 2', number: 2, of: 3 } },
      progress: report,
    });
    await expect(lockProfile(folder, 'a', 'stop')).rejects.toMatchObject({
      message: `profile a is busy: start is running (process ${child.pid})`,
      hint: expect.stringContaining('skiff status --profile a'),
    });
    await killed(child);
    expect(await elsewhere(folder, 'a')).toBeUndefined();
  });

  it('does not take the report of a dead process for that of the next', async () => {
    await killed(await another(progress('running')));
    const child = await another();
    expect(await elsewhere(folder, 'a')).toEqual({ underWay: { operation: 'start', process: child.pid } });
    await killed(child);
    await (await lockProfile(folder, 'a', 'stop')).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('ends with the last report, however fast they come', async () => {
    const lock = await lockProfile(folder, 'a', 'start');
    const reports = Array.from({ length: 50 }, (_, at) => ({ ...progress('running'), profile: `${at}` }));
    await Promise.all(reports.map((report) => lock.tell(report)));
    const told = JSON.parse(readFileSync(join(folder, 'a.progress'), 'utf8'));
    expect(told).toEqual({ process: process.pid, progress: reports[49] });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a window', () => {
  const watching = (states: ('running' | 'absent')[]) => {
    const reports: BootProgress[] = [];
    let changes = 0;
    const watch = new ElsewhereWatch({
      look: async () => {
        const found = await elsewhere(folder, 'a');
        return new Map(found ? [['a', found]] : []);
      },
      status: async () => ({ ...absent('a'), state: states.shift() ?? 'absent' }),
      onProgress: (report) => reports.push(report),
      onChanged: () => changes++,
    });
    return { watch, reports, changes: () => changes };
  };

  it('is told of a start in another process, once, and when that is over', async () => {
    const report = progress('done', 'running');
    const child = await another(report);
    const { watch, reports, changes } = watching(['running']);
    await watch.look();
    await watch.look();
    expect(reports).toEqual([{ ...report, elsewhere: child.pid }]);
    expect(changes()).toBe(1);
    await killed(child);
    await watch.look();
    await watch.look();
    expect(reports.slice(1)).toEqual([{ ...progress('done', 'done'), elsewhere: child.pid, finished: true }]);
    expect(changes()).toBe(2);
  });

  it('is told that a start in another process came to nothing', async () => {
    const child = await another(progress('done', 'running'));
    const { watch, reports } = watching(['absent']);
    await watch.look();
    await killed(child);
    await watch.look();
    expect(reports[1]).toMatchObject({
      finished: true,
      failure: { step: 'Step 2', message: `the start in process ${child.pid} has ended, and the cluster is absent` },
    });
  });
});
