import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../../agent/store/sqlite.ts';
import { createStoreWorker } from '../../../../agent/store/sqlite-thread.ts';
import { describeStore } from './suite.ts';

const folders: string[] = [];
async function freshPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-store-'));
  folders.push(folder);
  return join(folder, 'store.db');
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describeStore('sqlite', async () => createSqliteStore({ path: await freshPath() }));

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('sqlite store on disk', () => {
  it('starts at revision 0', async () => {
    const store = await createSqliteStore({ path: await freshPath() });
    expect(await store.revision()).toBe(0);
    await store.close();
  });

  it('starts over where an earlier start was killed while it made the database', async () => {
    const path = await freshPath();
    await writeFile(`${path}.new`, 'half a database');
    const store = await createSqliteStore({ path });
    expect(await store.create('/a', bytes('1'))).toMatchObject({ ok: true, entry: { revision: 1 } });
    await store.close();
    expect(await readdir(dirname(path))).toEqual(['store.db']);
  });

  it('has everything after it is opened again, the history included', async () => {
    const path = await freshPath();
    const first = await createSqliteStore({ path });
    await first.create('/a', bytes('1'));
    await first.update('/a', bytes('2'), 1);
    await first.close();
    const second = await createSqliteStore({ path });
    expect(await second.revision()).toBe(2);
    const stopping = new AbortController();
    const watch = second.watch('/', 1, stopping.signal)[Symbol.asyncIterator]();
    expect(await watch.next()).toMatchObject({ value: { type: 'put', entry: { key: '/a', revision: 2 } } });
    stopping.abort();
    await second.close();
  });

  it('never gives a revision out twice, even where the newest write is forgotten', async () => {
    const path = await freshPath();
    const first = await createSqliteStore({ path });
    await first.create('/a', bytes('1'));
    await first.delete('/a', 1);
    await first.compact(2);
    await first.close();
    const second = await createSqliteStore({ path });
    expect(await second.create('/b', bytes('1'))).toMatchObject({ ok: true, entry: { revision: 3 } });
    await second.close();
  });

  it('keeps room in its log, so that no commit waits for the file to become longer', async () => {
    const path = await freshPath();
    const store = await createSqliteStore({ path });
    await store.create('/first', bytes('1'));
    // Answered by the thread when it has made room.
    await store.list('/');
    const { size } = await stat(`${path}-wal`);
    for (let at = 0; at < 50; at += 1) await store.create(`/${at}`, bytes('1'));
    expect((await stat(`${path}-wal`)).size).toBe(size);
    await store.close();
  });

  it('has everything that was answered, where its process was killed with room in the log', async () => {
    const path = await freshPath();
    const worker = createStoreWorker();
    const killed = await createSqliteStore({ path, worker });
    for (let at = 0; at < 50; at += 1) await killed.create(`/${at}`, bytes('1'));
    await Promise.all(['', '-wal', '-shm'].map((part) => copyFile(path + part, `${path}.copy${part}`)));
    await worker.terminate();
    const store = await createSqliteStore({ path: `${path}.copy` });
    const { entries, revision } = await store.list('/');
    expect([entries.length, revision]).toEqual([50, 50]);
    expect(await store.create('/next', bytes('1'))).toMatchObject({ ok: true, entry: { revision: 51 } });
    await store.close();
  });

  it('refuses writes once it is closed', async () => {
    const store = await createSqliteStore({ path: await freshPath() });
    await store.close();
    await expect(store.create('/a', bytes('1'))).rejects.toThrow('the store is closed');
  });
});
