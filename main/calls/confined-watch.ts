/**
 * A live list for users who may not list a resource in all namespaces. If the server refuses that, the relay lists and
 * watches the namespaces that the window names, one by one.
 */
import { ApiError } from '../../agent/api/errors.ts';
import type { ResourceChanges } from '../contract/streams.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { toCallError } from './failure.ts';
import type { VersionedResource } from './kube-requests.ts';
import { relayWatch, type WatchRelayOptions } from './watch-relay.ts';

interface ConfinedWatchOptions extends WatchRelayOptions {
  open: () => Promise<{ connection: KubeConnection; resource: VersionedResource & { namespaced: boolean } }>;
}

const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403;

/** Runs until the signal aborts. */
export async function relayWhereAllowed(options: ConfinedWatchOptions): Promise<void> {
  const { target, emit, open } = options;
  const { id, namespace, fallback = [] } = target;
  if (namespace || fallback.length === 0) return relayWatch(options);
  try {
    return await relayWatch({ ...options, isFinal: isForbidden });
  } catch (refusal) {
    if (!isForbidden(refusal)) throw refusal;
    const { resource } = await open();
    if (!resource.namespaced) return relayWatch(options);
    emit({ id, events: [], synced: false, confined: fallback, error: toCallError(refusal) });
  }
  const relayOne = (each: string) =>
    relayWatch({
      ...options,
      target: { ...target, namespace: each },
      emit: (changes: ResourceChanges) => emit({ ...changes, namespace: each }),
    });
  await Promise.all(fallback.map(relayOne));
}
