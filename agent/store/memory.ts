/** A store in memory: for tests, and for clusters that end with their process. */
import { createFeed } from './feed.ts';
import { type Change, CompactedError, type Entry, type Store, type WriteResult } from './store.ts';

const byKey = (a: Entry, b: Entry): number => (a.key < b.key ? -1 : 1);

/** Creates an empty store. */
export function createMemoryStore(): Store {
  const current = new Map<string, Entry>();
  const feed = createFeed();
  let history: Change[] = [];
  let revision = 0;
  let compacted = 0;

  const commit = (change: Change): WriteResult => {
    history.push(change);
    feed.publish([change]);
    return { ok: true, entry: change.entry };
  };

  const conflict = (found: Entry | undefined): WriteResult => (found ? { ok: false, current: found } : { ok: false });

  async function* watch(prefix: string, after: number, signal: AbortSignal): AsyncGenerator<Change> {
    if (after < compacted) throw new CompactedError(compacted);
    const subscription = feed.subscribe(prefix, signal);
    try {
      yield* history.filter((change) => change.entry.revision > after && change.entry.key.startsWith(prefix));
      for (let changes = await subscription.next(); changes.length > 0; changes = await subscription.next()) {
        for (const change of changes) if (change.entry.revision > after) yield change;
      }
    } finally {
      subscription.end();
    }
  }

  return {
    revision: async () => revision,
    get: async (key) => current.get(key),
    list: async (prefix) => ({
      entries: [...current.values()].filter((entry) => entry.key.startsWith(prefix)).sort(byKey),
      revision,
    }),
    create: async (key, value) => {
      const found = current.get(key);
      if (found) return conflict(found);
      revision += 1;
      const entry: Entry = { key, value, createRevision: revision, revision };
      current.set(key, entry);
      return commit({ type: 'put', entry });
    },
    update: async (key, value, expected) => {
      const found = current.get(key);
      if (found?.revision !== expected) return conflict(found);
      revision += 1;
      const entry: Entry = { ...found, value, revision };
      current.set(key, entry);
      return commit({ type: 'put', entry });
    },
    delete: async (key, expected) => {
      const found = current.get(key);
      if (found?.revision !== expected) return conflict(found);
      revision += 1;
      current.delete(key);
      return commit({ type: 'delete', entry: { ...found, revision } });
    },
    watch,
    compact: async (upTo) => {
      compacted = Math.max(compacted, Math.min(upTo, revision));
      history = history.filter((change) => change.entry.revision > compacted);
    },
    check: async () => {},
    close: async () => feed.close(),
  };
}
