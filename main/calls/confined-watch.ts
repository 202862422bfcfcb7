/**
 * A live list for users who may not list a resource in all namespaces. If the server refuses that, the relay lists and
 * watches the namespaces that the window names, one by one, and asks for all of them again from time to time: no server
 * tells of rights that change.
 */
import { ApiError } from '../../agent/api/errors.ts';
import type { ResourceChanges } from '../contract/streams.ts';
import { toCallError } from '../failure.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { pathOf, requestJson, type VersionedResource } from '../kube/requests.ts';
import { relayWatch, type WatchRelayOptions } from './watch-relay.ts';

interface ConfinedWatchOptions extends WatchRelayOptions {
  open: () => Promise<{ connection: KubeConnection; resource: VersionedResource & { namespaced: boolean } }>;
}

const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403;

/** Milliseconds between two questions whether all namespaces may be listed by now. */
const askEvery = 10_000;

/** False as well if the server is out of reach: the relays of the namespaces tell the window of that. */
async function mayListAll({ open, signal }: ConfinedWatchOptions): Promise<boolean> {
  try {
    const { connection, resource } = await open();
    await requestJson(connection, { method: 'GET', path: pathOf({ resource, query: { limit: 1 } }), signal });
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Resolves when the server lists the resource in all namespaces, or when the signal aborts. */
async function untilAllowed(options: ConfinedWatchOptions): Promise<void> {
  const { sleep, signal } = options;
  do {
    try {
      await sleep(askEvery, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  } while (!signal.aborted && !(await mayListAll(options)));
}

/** Lists and watches the namespaces one by one, until all namespaces may be listed at once. */
async function relayEach(options: ConfinedWatchOptions, fallback: readonly string[]): Promise<void> {
  const { target, emit } = options;
  const allowed = new AbortController();
  const signal = AbortSignal.any([options.signal, allowed.signal]);
  const relayOne = (each: string) =>
    relayWatch({
      ...options,
      signal,
      target: { ...target, namespace: each },
      emit: (changes: ResourceChanges) => {
        if (!signal.aborted) emit({ ...changes, namespace: each });
      },
    });
  const relays = Promise.all(fallback.map(relayOne));
  await Promise.race([untilAllowed({ ...options, signal }), relays]);
  allowed.abort();
  await relays;
}

/** Runs until the signal aborts. */
export async function relayWhereAllowed(options: ConfinedWatchOptions): Promise<void> {
  const { target, emit, open, signal } = options;
  const { id, namespace, fallback = [] } = target;
  if (namespace || fallback.length === 0) return relayWatch(options);
  while (!signal.aborted) {
    try {
      return await relayWatch({ ...options, isFinal: isForbidden });
    } catch (refusal) {
      if (!isForbidden(refusal)) throw refusal;
      const { resource } = await open();
      if (!resource.namespaced) return relayWatch(options);
      emit({ id, events: [], synced: false, confined: fallback, error: toCallError(refusal) });
    }
    await relayEach(options, fallback);
  }
}
