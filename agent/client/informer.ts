/**
 * A local copy of a collection that follows the server, and a registry of one such copy per kind and process.
 * https://github.com/kubernetes/client-go/blob/master/tools/cache/shared_informer.go
 */
import { apiVersionOf, type Kind, resourceOf } from '../api/kind.ts';
import type { KubeObject } from '../api/types.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import type { Client } from './client.ts';
import { follow, type InformerDeps, type InformerScope } from './follow.ts';
import { createCache, keyOf } from './object-cache.ts';
import { createWaiters } from './waiters.ts';

export { keyOf, splitKey } from './object-cache.ts';

export type InformerChange<T> =
  | { type: 'added'; object: T; old?: undefined }
  | { type: 'updated'; object: T; old: T }
  | { type: 'deleted'; object: T; old?: undefined };

export interface Informer<T extends KubeObject> {
  /** Takes `ns/name`, or `name` for a cluster-scoped object. The returned object is shared: do not modify it. */
  get(key: string): T | undefined;
  list(): T[];
  /** Declares an index; call it before `byIndex`. A second declaration of the same name is ignored. */
  index(name: string, keysOf: (object: T) => readonly string[]): void;
  byIndex(name: string, value: string): T[];
  /**
   * Calls the listener after each change of the cache; existing objects are not replayed. Returns the function that
   * unsubscribes.
   */
  onChange(listener: (change: InformerChange<T>) => void): () => void;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
  /**
   * Resolves once the cache is at least as new as the written object. A reconcile that waits for its own writes never
   * acts on a cache without them; upstream uses expectations for this.
   */
  caughtUp(written: T, signal?: AbortSignal): Promise<void>;
  /** Resolves once the cache shows that this object, by uid, is gone or being deleted. */
  seenDeleted(object: T, signal?: AbortSignal): Promise<void>;
}

/** An informer that its owner stops. */
export interface OwnedInformer<T extends KubeObject> extends Informer<T> {
  /** Ends the watch, drops objects and listeners, and rejects all pending waits. */
  stop(): void;
}

/** Starts a watch of the kind's objects in the scope. It runs until `stop`, or until the signal in `deps` aborts. */
export function createInformer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  scope: InformerScope,
  deps: InformerDeps,
): OwnedInformer<T> {
  const stopped = new AbortController();
  const signal = AbortSignal.any([deps.signal, stopped.signal]);
  const cache = createCache<T>();
  const listeners = new Set<(change: InformerChange<T>) => void>();
  const waiters = createWaiters();
  const { promise: synced, resolve } = Promise.withResolvers<void>();
  let reached = -1;
  const apiVersion = apiVersionOf(kind.representations[0]);

  const notify = (change: InformerChange<T>): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        deps.log.error('Informer listener failed', { resource: kind.plural, error });
      }
    }
  };
  /** Some servers leave `kind` and `apiVersion` out of the items of a list. */
  const complete = (object: T): T => (object.kind ? object : { ...object, apiVersion, kind: kind.kind });
  const put = (object: T): void => {
    const whole = complete(object);
    const old = cache.put(keyOf(whole), whole);
    if (old?.metadata.uid === whole.metadata.uid) {
      notify({ type: 'updated', object: whole, old });
      return;
    }
    // A new object has the same name: listeners must see the deletion of the old one.
    if (old) notify({ type: 'deleted', object: old });
    notify({ type: 'added', object: whole });
  };
  const remove = (key: string, last?: T): void => {
    const old = cache.remove(key);
    if (old) notify({ type: 'deleted', object: last ?? old });
  };

  void follow<T>({
    ...deps,
    signal,
    resource: client.resource(kind),
    scope,
    name: kind.plural,
    reached(version) {
      if (stopped.signal.aborted) return;
      reached = Number(version);
      resolve();
      waiters.check();
    },
    replace(items) {
      if (stopped.signal.aborted) return;
      const present = new Set(items.map(keyOf));
      for (const key of [...cache.objects.keys()]) if (!present.has(key)) remove(key);
      for (const item of items) {
        const known = cache.objects.get(keyOf(item));
        if (known?.metadata.resourceVersion !== item.metadata.resourceVersion) put(item);
      }
    },
    apply(type, object) {
      if (stopped.signal.aborted) return;
      if (type === 'DELETED') remove(keyOf(object), complete(object));
      else put(object);
    },
  });

  return {
    get: (key) => cache.objects.get(key),
    list: () => [...cache.objects.values()],
    index: cache.index,
    byIndex: cache.byIndex,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    synced,
    caughtUp: ({ metadata }, signal) => waiters.until(() => reached >= Number(metadata.resourceVersion), signal),
    seenDeleted: (object, signal) =>
      waiters.until(() => {
        const current = cache.objects.get(keyOf(object));
        return current?.metadata.uid !== object.metadata.uid || Boolean(current.metadata.deletionTimestamp);
      }, signal),
    stop() {
      const reason = new Error(`the informer of ${resourceOf(kind)} has stopped`);
      stopped.abort(reason);
      listeners.clear();
      cache.clear();
      waiters.reject(reason);
    },
  };
}

/**
 * One informer per kind, shared by the whole process while it is in use. The first user starts it; when the last user
 * leaves, its watch ends and its objects are freed.
 */
export interface Informers {
  /** The kind's informer, in use until the process or the scope of this object ends. */
  for<T extends KubeObject>(kind: Kind<T>): Informer<T>;
  /** The same informers; each use ends when the signal aborts, together with its listeners. */
  until(signal: AbortSignal): Informers;
}

interface Shared {
  informer: OwnedInformer<never>;
  synced: boolean;
  users: number;
}

const nameOf = (kind: Kind): string => `${apiVersionOf(kind.representations[0])}/${kind.plural}`;

/** One user's view of the informer: `release` removes the listeners that were added through it. */
function createUse<T extends KubeObject>(informer: Informer<T>): { informer: Informer<T>; release(): void } {
  const stops = new Set<() => void>();
  const onChange: Informer<T>['onChange'] = (listener) => {
    const unsubscribe = informer.onChange(listener);
    const stop = () => {
      stops.delete(stop);
      unsubscribe();
    };
    stops.add(stop);
    return stop;
  };
  return {
    informer: { ...informer, onChange },
    release: () => {
      for (const stop of stops) stop();
    },
  };
}

function collectInformers(metrics: MetricsRegistry, shared: ReadonlyMap<string, Shared>): void {
  const gauge = (name: string, help: string, value: (each: Shared) => number) =>
    metrics.collect('gauge', name, help, () =>
      [...shared].map(([resource, each]) => [{ resource }, value(each)] as const),
    );
  gauge('skiff_informer_synced', 'Whether the informer has its first list.', ({ synced }) => Number(synced));
  gauge('skiff_informer_objects', 'Objects in the cache of the informer.', ({ informer }) => informer.list().length);
  gauge('skiff_informer_users', 'Parts of the process that use the informer.', ({ users }) => users);
}

/** `metrics`, if given, reports the informers and whether they have synced. */
export function createInformers(client: Client, deps: InformerDeps & { metrics?: MetricsRegistry }): Informers {
  const shared = new Map<string, Shared>();
  if (deps.metrics) collectInformers(deps.metrics, shared);

  const start = (kind: Kind): Shared => {
    const informer = createInformer(client, kind, {}, deps) as OwnedInformer<never>;
    const made: Shared = { informer, synced: false, users: 0 };
    void informer.synced.then(() => (made.synced = true));
    shared.set(nameOf(kind), made);
    return made;
  };
  /** Starts a use; `leave` ends it. */
  const use = (kind: Kind): { each: Shared; leave(): void } => {
    const each = shared.get(nameOf(kind)) ?? start(kind);
    each.users += 1;
    const leave = () => {
      each.users -= 1;
      if (each.users > 0) return;
      shared.delete(nameOf(kind));
      each.informer.stop();
    };
    return { each, leave };
  };
  const scope = (signal?: AbortSignal): Informers => {
    const held = new Map<string, Informer<never>>();
    return {
      for<T extends KubeObject>(kind: Kind<T>): Informer<T> {
        const known = held.get(nameOf(kind));
        if (known) return known as Informer<T>;
        signal?.throwIfAborted();
        const { each, leave } = use(kind);
        const mine = createUse(each.informer);
        held.set(nameOf(kind), mine.informer);
        const release = () => {
          mine.release();
          leave();
        };
        signal?.addEventListener('abort', release, { once: true });
        return mine.informer as Informer<T>;
      },
      until: (inner) => scope(signal ? AbortSignal.any([signal, inner]) : inner),
    };
  };
  return scope();
}
