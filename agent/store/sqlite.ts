/**
 * The store on disk: SQLite on its own thread, with group commit. While one batch is written to disk, the next one
 * gathers. A write is answered only when its transaction is on disk.
 */

import type { Worker } from 'node:worker_threads';
import { createFeed } from './feed.ts';
import type { Write, Written } from './sqlite-protocol.ts';
import { attachStoreThread, createStoreWorker } from './sqlite-thread.ts';
import { type Change, CompactedError, type Entry, type Store, type WriteResult } from './store.ts';

export interface SqliteStoreOptions {
  /** Path of the database file; its folder must exist. */
  path: string;
  /** The thread to run on; by default a new one. */
  worker?: Worker;
}

interface Pending {
  write: Write;
  resolve(result: WriteResult): void;
  reject(error: unknown): void;
}

/** The limit of writes in a batch: enough to share an fsync, few enough to keep the wait short. */
const batchLimit = 512;

/** The entry's value is the writer's own buffer, so that a reader who knows the buffer need not parse it. */
function entryOf({ key, value }: Write, written: Written & { ok: true }): Entry {
  const { revision, createRevision } = written;
  return { key, value: value ?? written.value ?? new Uint8Array(), createRevision, revision };
}

/**
 * The same writes, with their values in one buffer that the thread can take over. Node's small buffers lie in a pool,
 * and to post one is to copy the whole pool.
 */
function packed(batch: readonly Pending[]): { writes: Write[]; values: ArrayBuffer } {
  const all = new Uint8Array(batch.reduce((size, { write }) => size + (write.value?.length ?? 0), 0));
  let at = 0;
  const writes = batch.map(({ write }): Write => {
    if (!write.value) return write;
    const value = all.subarray(at, at + write.value.length);
    value.set(write.value);
    at += value.length;
    return { ...write, value };
  });
  return { writes, values: all.buffer };
}

const resultOf = (write: Write, written: Written): WriteResult =>
  written.ok
    ? { ok: true, entry: entryOf(write, written) }
    : { ok: false, ...(written.current ? { current: written.current } : {}) };

/** Opens the database, or creates it. Rejects with the cause and a remedy if it cannot be opened. */
export async function createSqliteStore({ path, worker = createStoreWorker() }: SqliteStoreOptions): Promise<Store> {
  const feed = createFeed();
  const thread = attachStoreThread(worker, feed.fail);
  let { revision } = await thread.call('open', { path }).catch(async (error: unknown) => {
    await thread.kill();
    throw error;
  });
  const queue: Pending[] = [];
  let busy = false;

  const settle = (batch: readonly Pending[], written: readonly Written[]) => {
    const results = batch.map(({ write }, index): WriteResult => {
      const one = written[index];
      return one ? resultOf(write, one) : { ok: false };
    });
    const changes = results.flatMap((result, index): Change[] => {
      if (!result.ok) return [];
      return [{ type: batch[index]?.write.type === 'delete' ? 'delete' : 'put', entry: result.entry }];
    });
    revision = changes.at(-1)?.entry.revision ?? revision;
    feed.publish(changes);
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
  };

  const commit = async (batch: readonly Pending[]) => {
    try {
      const { writes, values } = packed(batch);
      settle(batch, await thread.call('write', writes, [values]));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const drain = async () => {
    busy = true;
    while (queue.length > 0) await commit(queue.splice(0, batchLimit));
    busy = false;
  };

  const write = (one: Write): Promise<WriteResult> =>
    new Promise((resolve, reject) => {
      queue.push({ write: one, resolve, reject });
      if (busy) return;
      busy = true;
      // Start in a microtask, so that writes of one turn share the first fsync.
      queueMicrotask(() => void drain());
    });

  async function* watch(prefix: string, after: number, signal: AbortSignal): AsyncGenerator<Change> {
    const subscription = feed.subscribe(prefix, signal);
    try {
      // Subscribe before reading: a write between the two would otherwise be lost.
      const past = await thread.call('history', { prefix, after });
      if ('compacted' in past) throw new CompactedError(past.compacted);
      yield* past.changes;
      for (let changes = await subscription.next(); changes.length > 0; changes = await subscription.next()) {
        for (const change of changes) if (change.entry.revision > Math.max(past.revision, after)) yield change;
      }
    } finally {
      subscription.end();
    }
  }

  return {
    revision: async () => revision,
    get: (key) => thread.call('get', { key }),
    list: (prefix) => thread.call('list', { prefix }),
    create: (key, value) => write({ type: 'create', key, value }),
    update: (key, value, expected) => write({ type: 'update', key, value, expected }),
    delete: (key, expected) => write({ type: 'delete', key, expected }),
    watch,
    compact: async (upTo) => {
      await thread.call('compact', { revision: upTo });
    },
    check: async () => {
      await thread.call('check', undefined);
    },
    close: async () => {
      feed.close();
      for (const { reject } of queue.splice(0)) reject(new Error('the store is closed'));
      await thread.call('close', undefined);
      await thread.ended();
    },
  };
}
