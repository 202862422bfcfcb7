/** What breaks below the store: each ends in a named cause and a next step, and none in a store that looks well. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../../agent/store/sqlite.ts';
import { createStoreWorker } from '../../../../agent/store/sqlite-thread.ts';
import { unless } from '../../../unless.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const remedy = 'put a copy of it back, or delete the cluster and start a new one';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-store-'));
  path = join(folder, 'state.db');
});
afterEach(() => rm(folder, { recursive: true }));

async function withEntry(key: string): Promise<void> {
  const store = await createSqliteStore({ path });
  await store.create(key, bytes('1'));
  await store.close();
}

describe('a store whose thread is gone', () => {
  it('tells its watchers, those who come later, and whoever checks', async () => {
    const worker = createStoreWorker();
    const store = await createSqliteStore({ path, worker });
    const watch = () => store.watch('/', 0, new AbortController().signal)[Symbol.asyncIterator]();
    const early = watch();
    const waiting = early.next();
    await store.create('/a', bytes('1'));
    expect(await waiting).toMatchObject({ value: { entry: { key: '/a' } } });
    const failing = early.next();
    await worker.terminate();
    await expect(failing).rejects.toThrow('the thread of the store ended');
    await expect(watch().next()).rejects.toThrow('the thread of the store ended');
    await expect(store.check()).rejects.toThrow('the thread of the store ended');
    await expect(store.create('/b', bytes('1'))).rejects.toThrow('the thread of the store ended');
  });

  it('hands over what is durable before it says so', async () => {
    const worker = createStoreWorker();
    const store = await createSqliteStore({ path, worker });
    const watch = store.watch('/', 0, new AbortController().signal)[Symbol.asyncIterator]();
    const first = watch.next();
    await store.create('/a', bytes('1'));
    await first;
    await store.create('/b', bytes('1'));
    await worker.terminate();
    expect(await watch.next()).toMatchObject({ value: { entry: { key: '/b' } } });
    await expect(watch.next()).rejects.toThrow('the thread of the store ended');
  });

  it('is no failure once it was closed', async () => {
    const store = await createSqliteStore({ path });
    const watch = store.watch('/', 0, new AbortController().signal)[Symbol.asyncIterator]();
    const ending = watch.next();
    await store.create('/a', bytes('1'));
    await ending;
    await store.close();
    expect(await watch.next()).toMatchObject({ done: true });
  });
});

describe('a database that is not what it was', () => {
  it('is refused where it is no database', async () => {
    await writeFile(path, 'x'.repeat(8192));
    await expect(createSqliteStore({ path })).rejects.toThrow(
      `store: file is not a database: ${path} is not a database of Skiff: ${remedy}`,
    );
  });

  it('is refused where its pages are damaged', async () => {
    await withEntry('/a');
    const content = await readFile(path);
    await writeFile(path, content.fill(0xee, 100, 4096));
    await expect(createSqliteStore({ path })).rejects.toThrow(`${path} is damaged: ${remedy}`);
  });

  it('is not begun anew where only its log is left', async () => {
    await writeFile(`${path}-wal`, 'log');
    await expect(createSqliteStore({ path })).rejects.toThrow(
      `store: ${path} is missing, while its log ${path}-wal is there: ${remedy}`,
    );
    expect(existsSync(path)).toBe(false);
  });

  it('is missed while it is in use', async () => {
    const store = await createSqliteStore({ path });
    await expect(store.check()).resolves.toBeUndefined();
    await rm(path);
    await expect(store.check()).rejects.toThrow(`${path} was removed while it was in use: ${remedy}`);
    await store.close();
  });

  it('needs a folder', async () => {
    const nowhere = join(folder, 'missing', 'state.db');
    await expect(createSqliteStore({ path: nowhere })).rejects.toThrow(
      `${nowhere} cannot be opened: its folder must exist and be writable`,
    );
  });
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

unless(mayMount ? undefined : 'root alone can mount a small disk').describe('a full disk', () => {
  let disk: string;
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), 'skiff-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]);
  });
  afterEach(async () => {
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true });
  });

  it('refuses writes with its cause, keeps what it has, and goes on once there is room', async () => {
    const small = join(disk, 'state.db');
    const filler = join(disk, 'filler');
    const store = await createSqliteStore({ path: small });
    await store.create('/a', bytes('1'));
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${filler} bs=4k 2>/dev/null || true`]);
    const cause = `the disk of ${small} is full: free some space there and try again`;
    await expect(store.create('/big', Buffer.alloc(64 * 1024))).rejects.toThrow(cause);
    await expect(store.check()).rejects.toThrow(cause);
    expect(await store.get('/a')).toMatchObject({ revision: 1 });
    await rm(filler);
    await expect(store.check()).resolves.toBeUndefined();
    expect(await store.create('/b', bytes('1'))).toMatchObject({ ok: true, entry: { revision: 2 } });
    await store.close();
  });
});
