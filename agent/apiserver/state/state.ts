/**
 * The current state of the cluster in memory, driven by the store's watch alone: whatever is visible here is durable.
 * A writer waits with `reached` until its own write is visible, so that it reads what it wrote. The objects of a kind
 * that is registered later are read from the store then; those of a kind that goes are forgotten here and stay there.
 */

import type { Kind } from '../../api/kind.ts';
import { resourceOf } from '../../api/kind.ts';
import type { KindRegistry } from '../../api/registry.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Change, Entry, Store } from '../../store/store.ts';
import { noSuchPath } from '../errors.ts';
import { createTurns } from '../turns.ts';
import { decodeRecord, type StoredRecord } from './record.ts';
import { createResourceState, type History, type ResourceState } from './resource-state.ts';

const keyPrefix = '/registry/';
export const prefixOf = (kind: Kind): string => `${keyPrefix}${resourceOf(kind)}/`;
export const keyOf = (kind: Kind, namespace: string, name: string): string =>
  namespace ? `${prefixOf(kind)}${namespace}/${name}` : `${prefixOf(kind)}${name}`;

export interface State {
  readonly revision: number;
  /** No list shows how things were before this revision, whatever is still remembered of single kinds. */
  readonly compacted: number;
  compact(revision: number): void;
  /** Throws 404 where the kind is not served, or not yet: see `ready`. */
  of(kind: Kind): ResourceState;
  /** Every kind whose objects are there. */
  all(): Iterable<ResourceState>;
  /** Undefined where the objects of a registered kind are there already; rejects where they cannot be read. */
  ready(kind: Kind): Promise<void> | undefined;
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

function filled(kind: Kind, entries: readonly Entry[], revision: number, history: History): ResourceState {
  const resource = createResourceState(kind, revision, history);
  for (const entry of entries) resource.objects.put(decoded(kind, entry));
  return resource;
}

/** A kind that was registered while the server runs, until its objects are there. */
interface Loading {
  /** What happened to its objects meanwhile. */
  changes: Change[];
  done: Promise<void>;
}

/** Those of one resource come one after the other, so that few keys are taken apart. */
function byResource(entries: readonly Entry[]): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  let prefix: string | undefined;
  let sharing: Entry[] = [];
  for (const entry of entries) {
    if (prefix === undefined || !entry.key.startsWith(prefix)) {
      const resource = resourceIn(entry.key);
      prefix = `${keyPrefix}${resource}/`;
      sharing = found.get(resource) ?? [];
      found.set(resource, sharing);
    }
    sharing.push(entry);
  }
  return found;
}

export async function createState(options: StateOptions): Promise<State> {
  const { store, kinds, clock, log, signal } = options;
  const { entries, revision: start } = await store.list(keyPrefix);
  const resources = new Map<string, ResourceState>();
  const loading = new Map<string, Loading>();
  let waiting: { revision: number; resolve: () => void }[] = [];
  let revision = start;
  let compacted = 0;

  const found = byResource(entries);
  for (const kind of kinds.list()) {
    const resource = resourceOf(kind);
    resources.set(resource, filled(kind, found.get(resource) ?? [], start, options.history));
    found.delete(resource);
  }
  for (const [resource, { length: objects }] of found) {
    log.info('Objects of an unknown kind stay in the store untouched', { resource, objects });
  }

  const advance = (to: number) => {
    revision = to;
    if (waiting.length === 0) return;
    const ready = waiting.filter((waiter) => waiter.revision <= to);
    waiting = waiting.filter((waiter) => waiter.revision > to);
    for (const waiter of ready) waiter.resolve();
  };
  const reached = (target: number): Promise<void> =>
    target <= revision
      ? Promise.resolve()
      : new Promise((resolve) => {
          waiting.push({ revision: target, resolve });
        });

  const applyTo = (resource: ResourceState, change: Change) => {
    const record = decodeRecord(resource.kind, change.entry);
    const previous = resource.objects.get(record.id);
    const type = change.type === 'delete' ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED';
    resource.apply({ type, record, ...(previous ? { previous } : {}) }, clock.now());
  };
  const apply = (change: Change) => {
    const name = resourceIn(change.entry.key);
    const resource = resources.get(name);
    if (resource) applyTo(resource, change);
    else loading.get(name)?.changes.push(change);
    advance(change.entry.revision);
  };

  /** Not those of the requests: what is written is to be seen soon, however many of them wait. */
  const turns = createTurns();
  const follow = async () => {
    for await (const change of store.watch(keyPrefix, start, signal)) {
      if (turns.isOver()) await turns.pause();
      apply(change);
    }
  };

  /** What is read is of a revision that readers may not have reached yet: it is shown when they have. */
  async function read(kind: Kind, own: Loading): Promise<void> {
    const name = resourceOf(kind);
    const isCurrent = () => loading.get(name) === own;
    try {
      const { entries: present, revision: at } = await store.list(prefixOf(kind));
      await reached(at);
      if (!isCurrent()) return;
      const resource = filled(kind, present, at, options.history);
      resources.set(name, resource);
      for (const change of own.changes) if (change.entry.revision > at) applyTo(resource, change);
    } finally {
      if (isCurrent()) loading.delete(name);
    }
  }

  function load(kind: Kind): Promise<void> {
    const own: Loading = { changes: [], done: Promise.resolve() };
    loading.set(resourceOf(kind), own);
    own.done = read(kind, own);
    own.done.catch((error: unknown) => {
      if (!signal.aborted) log.error('Could not read the objects of a kind', { resource: resourceOf(kind), error });
    });
    return own.done;
  }

  function forget(kind: Kind): void {
    const name = resourceOf(kind);
    const watchers = [...(resources.get(name)?.watchers ?? [])];
    resources.delete(name);
    loading.delete(name);
    for (const watcher of watchers) watcher.end();
  }

  const stopFollowingKinds = kinds.onChange(({ added, removed }) => {
    if (removed) forget(removed);
    if (added) void load(added);
  });

  return {
    get revision() {
      return revision;
    },
    get compacted() {
      return compacted;
    },
    compact: (to) => {
      compacted = to;
    },
    of: (kind) => {
      const resource = resources.get(resourceOf(kind));
      if (!resource) throw noSuchPath();
      return resource;
    },
    all: () => resources.values(),
    ready: (kind) => {
      const name = resourceOf(kind);
      if (resources.has(name)) return undefined;
      const registered = kinds.list().find((each) => resourceOf(each) === name);
      return loading.get(name)?.done ?? (registered && load(registered));
    },
    reached,
    done: follow(),
    close: () => {
      stopFollowingKinds();
      for (const resource of resources.values()) for (const watcher of [...resource.watchers]) watcher.end();
    },
  };
}
