/**
 * A local copy of a collection that follows the server: list, then watch from the list's resource version.
 * https://github.com/kubernetes/client-go/blob/master/tools/cache/reflector.go
 */
import { ApiError } from '../api/errors.ts';
import type { Kind } from '../api/kind.ts';
import { apiVersionOf } from '../api/kind.ts';
import type { KubeObject } from '../api/types.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Client, ListOptions, ResourceClient } from './client.ts';
import { createCache, keyOf } from './object-cache.ts';

export { keyOf, splitKey } from './object-cache.ts';

export type InformerChange<T> =
  | { type: 'added'; object: T; old?: undefined }
  | { type: 'updated'; object: T; old: T }
  | { type: 'deleted'; object: T; old?: undefined };

export interface Informer<T extends KubeObject> {
  /** `ns/name`, or `name` of a cluster-scoped object. What it returns is shared: read only. */
  get(key: string): T | undefined;
  list(): T[];
  /** Declares an index; call it before reading `byIndex`. The same name again is ignored. */
  index(name: string, keysOf: (object: T) => readonly string[]): void;
  byIndex(name: string, value: string): T[];
  /** Called after the cache changed; objects that are there already are not replayed. Returns how to unsubscribe. */
  onChange(listener: (change: InformerChange<T>) => void): () => void;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
  /**
   * Resolves once the cache is at least as new as what a write returned. A reconcile that waits for its own writes
   * can never act on a cache that lacks them, which is what upstream's expectations are for.
   */
  caughtUp(written: T, signal?: AbortSignal): Promise<void>;
  /** Resolves once the cache shows this very object gone or on its way. */
  seenDeleted(object: T, signal?: AbortSignal): Promise<void>;
}

export interface InformerDeps {
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export type InformerScope = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;

/** Upstream's reflector back-off: 800 ms doubling to 30 s with jitter; we start lower because our server restarts fast. */
const firstDelay = 50;
const lastDelay = 15_000;
/** A watch that lived this long was a good one: the back-off starts over. */
const healthyAfter = 5_000;

/** The server refused what we asked for (e.g. 410: our version is too old): only a new list helps. */
const needsList = (error: unknown): boolean => error instanceof ApiError && error.code < 500 && error.code !== 429;

interface Follow<T extends KubeObject> extends InformerDeps {
  resource: ResourceClient<T>;
  scope: InformerScope;
  name: string;
  replace(items: T[]): void;
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** After the cache has taken in everything up to this version. */
  reached(version: string): void;
}

/** Runs until the signal aborts; everything that goes wrong is logged and tried again. */
async function follow<T extends KubeObject>(options: Follow<T>): Promise<void> {
  const { resource, scope, clock, log, signal } = options;
  let version: string | undefined;
  let delay = firstDelay;
  while (!signal.aborted) {
    const startedAt = clock.now();
    try {
      if (version === undefined) {
        const list = await resource.list(scope, signal);
        version = list.metadata.resourceVersion ?? '';
        options.replace(list.items);
        options.reached(version);
      }
      for await (const event of resource.watch({ ...scope, resourceVersion: version, allowBookmarks: true }, signal)) {
        version = event.object.metadata.resourceVersion;
        if (event.type !== 'BOOKMARK') options.apply(event.type, event.object);
        options.reached(version);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (needsList(error)) version = undefined;
      log.warn('Watch failed, will retry', { resource: options.name, error });
    }
    delay = clock.now() - startedAt >= healthyAfter ? firstDelay : Math.min(delay * 2, lastDelay);
    try {
      await clock.sleep(delay * (0.5 + Math.random() / 2), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** Conditions that somebody waits for, looked at whenever the cache has moved. */
function createWaiters() {
  const waiting = new Set<() => boolean>();
  return {
    check(): void {
      for (const attempt of waiting) if (attempt()) waiting.delete(attempt);
    },
    until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
      if (condition()) return Promise.resolve();
      if (signal?.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = () => reject(signal?.reason);
      const attempt = () => {
        if (!condition()) return Boolean(signal?.aborted);
        signal?.removeEventListener('abort', onAbort);
        resolve();
        return true;
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.add(attempt);
      return promise;
    },
  };
}

export function createInformer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  scope: InformerScope,
  deps: InformerDeps,
): Informer<T> {
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
  /** Lists of some servers leave these out of their items. */
  const complete = (object: T): T => (object.kind ? object : { ...object, apiVersion, kind: kind.kind });
  const put = (object: T): void => {
    const whole = complete(object);
    const old = cache.put(keyOf(whole), whole);
    if (old?.metadata.uid === whole.metadata.uid) {
      notify({ type: 'updated', object: whole, old });
      return;
    }
    // The same name again: the listeners must see the first one go.
    if (old) notify({ type: 'deleted', object: old });
    notify({ type: 'added', object: whole });
  };
  const remove = (key: string, last?: T): void => {
    const old = cache.remove(key);
    if (old) notify({ type: 'deleted', object: last ?? old });
  };

  void follow<T>({
    ...deps,
    resource: client.resource(kind),
    scope,
    name: kind.plural,
    reached(version) {
      reached = Number(version);
      resolve();
      waiters.check();
    },
    replace(items) {
      const present = new Set(items.map(keyOf));
      for (const key of [...cache.objects.keys()]) if (!present.has(key)) remove(key);
      for (const item of items) {
        const known = cache.objects.get(keyOf(item));
        if (known?.metadata.resourceVersion !== item.metadata.resourceVersion) put(item);
      }
    },
    apply: (type, object) => (type === 'DELETED' ? remove(keyOf(object), complete(object)) : put(object)),
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
  };
}

/** One informer per kind, shared by everything in the process. */
export interface Informers {
  for<T extends KubeObject>(kind: Kind<T>): Informer<T>;
}

export function createInformers(client: Client, deps: InformerDeps): Informers {
  const byKind = new Map<string, Informer<never>>();
  return {
    for<T extends KubeObject>(kind: Kind<T>): Informer<T> {
      const name = `${apiVersionOf(kind.representations[0])}/${kind.plural}`;
      const known = byKind.get(name);
      if (known) return known as Informer<T>;
      const informer = createInformer(client, kind, {}, deps);
      byKind.set(name, informer as Informer<never>);
      return informer;
    },
  };
}

/** The same informers, for somebody who stops listening when the signal aborts, e.g. on losing the leadership. */
export const scopedInformers = (informers: Informers, signal: AbortSignal): Informers => ({
  for(kind) {
    const informer = informers.for(kind);
    return {
      ...informer,
      onChange(listener) {
        const stop = informer.onChange(listener);
        signal.addEventListener('abort', stop, { once: true });
        return stop;
      },
    };
  },
});
