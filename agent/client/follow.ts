/**
 * Follows a collection on the server: lists it, then watches from the list's resource version, until the signal aborts.
 * https://github.com/kubernetes/client-go/blob/master/tools/cache/reflector.go
 */
import { ApiError } from '../api/errors.ts';
import type { KubeObject } from '../api/types.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { ListOptions, ResourceClient } from './client.ts';

export interface InformerDeps {
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export type InformerScope = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;

/**
 * Upstream's reflector starts its back-off at 800 ms, doubling to 30 s with jitter. Ours starts lower, because our
 * server restarts fast. Milliseconds.
 */
const firstDelay = 50;
const lastDelay = 15_000;
/** A watch that lived this many milliseconds was healthy: the back-off starts over. */
const healthyAfter = 5_000;

/** True if the server refused the request, e.g. with 410 for a version that is too old: only a new list helps. */
const needsList = (error: unknown): boolean => error instanceof ApiError && error.code < 500 && error.code !== 429;

export interface Follow<T extends KubeObject> extends InformerDeps {
  resource: ResourceClient<T>;
  scope: InformerScope;
  name: string;
  replace(items: T[]): void;
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** Called after the cache contains everything up to this version. */
  reached(version: string): void;
}

/** Runs until the signal aborts; logs all failures and retries. */
export async function follow<T extends KubeObject>(options: Follow<T>): Promise<void> {
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
