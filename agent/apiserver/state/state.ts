/**
 * The current state of the cluster in memory, driven by the store's watch alone: whatever is visible here is durable.
 * A writer waits with `reached` until its own write is visible, so that it reads what it wrote.
 */

import type { Kind } from '../../api/kind.ts';
import { resourceOf } from '../../api/kind.ts';
import type { KindRegistry } from '../../api/registry.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Change, Entry, Store } from '../../store/store.ts';
import { decodeRecord, type StoredRecord } from './record.ts';
import { createResourceState, type History, type ResourceState } from './resource-state.ts';

const keyPrefix = '/registry/';
export const keyOf = (kind: Kind, namespace: string, name: string): string =>
  namespace ? `${keyPrefix}${resourceOf(kind)}/${namespace}/${name}` : `${keyPrefix}${resourceOf(kind)}/${name}`;

export interface State {
  readonly revision: number;
  of(kind: Kind): ResourceState;
  /** Resolves once everything up to this revision is visible. */
  reached(revision: number): Promise<void>;
  /** Rejects when the store's watch fails; resolves when `signal` aborts. */
  readonly done: Promise<void>;
  close(): void;
}

export interface StateOptions {
  store: Store;
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  history: History;
}

const resourceIn = (key: string): string => key.slice(keyPrefix.length, key.indexOf('/', keyPrefix.length));

/** A file can be damaged in a way that the database does not notice. */
function decoded(kind: Kind, entry: Entry): StoredRecord {
  try {
    return decodeRecord(kind, entry);
  } catch (error) {
    throw new Error(`the store holds something under ${entry.key} that cannot be read: put a copy of it back`, {
      cause: error,
    });
  }
}

export async function createState(options: StateOptions): Promise<State> {
  const { store, clock, log, signal } = options;
  const { entries, revision: start } = await store.list(keyPrefix);
  const resources = new Map<string, ResourceState>();
  for (const kind of options.kinds.list())
    resources.set(resourceOf(kind), createResourceState(kind, start, options.history));
  let waiting: { revision: number; resolve: () => void }[] = [];
  let revision = start;

  const load = (entry: Entry) => {
    const resource = resources.get(resourceIn(entry.key));
    if (resource) resource.objects.put(decoded(resource.kind, entry));
    else log.warn('Object of an unknown kind stays in the store untouched', { key: entry.key });
  };
  for (const entry of entries) load(entry);

  const advance = (to: number) => {
    revision = to;
    if (waiting.length === 0) return;
    const ready = waiting.filter((waiter) => waiter.revision <= to);
    waiting = waiting.filter((waiter) => waiter.revision > to);
    for (const waiter of ready) waiter.resolve();
  };

  const apply = (change: Change) => {
    const resource = resources.get(resourceIn(change.entry.key));
    if (resource) {
      const record = decodeRecord(resource.kind, change.entry);
      const previous = resource.objects.get(record.id);
      const type = change.type === 'delete' ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED';
      resource.apply({ type, record, ...(previous ? { previous } : {}) }, clock.now());
    }
    advance(change.entry.revision);
  };

  const follow = async () => {
    for await (const change of store.watch(keyPrefix, start, signal)) apply(change);
  };

  return {
    get revision() {
      return revision;
    },
    of: (kind) => {
      const resource = resources.get(resourceOf(kind));
      if (!resource) throw new Error(`${resourceOf(kind)} is not served`);
      return resource;
    },
    reached: (target) =>
      target <= revision
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ revision: target, resolve });
          }),
    done: follow(),
    close: () => {
      for (const resource of resources.values()) for (const watcher of [...resource.watchers]) watcher.end();
    },
  };
}
