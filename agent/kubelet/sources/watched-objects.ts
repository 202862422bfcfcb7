/**
 * The ConfigMaps and Secrets that pods of this node refer to. Each is watched while a pod needs it, so that an edit
 * reaches a mounted file at once, and the node sees no other objects. Beyond `maxWatches` the rest is polled, as
 * upstream's kubelet can be configured to do for all (configMapAndSecretChangeDetectionStrategy).
 * https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */

import { configMaps } from '../../api/core/config-map.ts';
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { secrets } from '../../api/core/secret.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { ConfigMap, KubeObject, Secret } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import { createInformer, type Informer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { ObjectKey, StorageReader } from './objects.ts';

export interface WatchedObjects extends StorageReader {
  /**
   * Watches the objects that this pod refers to, and stops watching those that it no longer refers to. Objects beyond
   * the limit are polled every minute.
   */
  follow(podUid: string, keys: readonly ObjectKey[]): void;
}

export interface WatchedObjectsOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  onChange(podUid: string): void;
}

/** Watches share one connection with all other requests of the node, and the API server limits its streams. */
const maxWatches = 256;
/** The interval at which unwatched objects are polled, in milliseconds: upstream's --sync-frequency. */
const pollInterval = 60_000;

const textOf = ({ plural, namespace, name }: ObjectKey): string => `${plural}/${namespace}/${name}`;

interface Followed {
  informer: Informer<KubeObject>;
  controller: AbortController;
  pods: Set<string>;
  synced: boolean;
}

export function createWatchedObjects(options: WatchedObjectsOptions): WatchedObjects {
  const { client, clock, log, signal } = options;
  const followed = new Map<string, Followed>();
  const byPod = new Map<string, ReadonlySet<string>>();
  /** Pods that refer to unwatched objects, with the function that ends their polling. */
  const polling = new Map<string, () => void>();

  const open = (reference: string, { plural, namespace, name }: ObjectKey): Followed => {
    const kind = (plural === 'secrets' ? secrets : configMaps) as Kind<KubeObject>;
    const controller = new AbortController();
    const stop = AbortSignal.any([signal, controller.signal]);
    const scope = { namespace, fieldSelector: `metadata.name=${name}` };
    const informer = createInformer(client, kind, scope, { clock, log, signal: stop });
    const entry: Followed = { informer, controller, pods: new Set(), synced: false };
    informer.onChange(() => {
      if (entry.synced) for (const uid of entry.pods) options.onChange(uid);
    });
    void informer.synced.then(() => {
      entry.synced = true;
    });
    followed.set(reference, entry);
    return entry;
  };
  const release = (reference: string, uid: string): void => {
    const entry = followed.get(reference);
    entry?.pods.delete(uid);
    if (!entry || entry.pods.size > 0) return;
    entry.controller.abort();
    followed.delete(reference);
  };
  const read = async <T extends KubeObject>(kind: Kind<T>, namespace: string, name: string): Promise<T | undefined> => {
    const entry = followed.get(`${kind.plural}/${namespace}/${name}`);
    if (entry?.synced) {
      const known = entry.informer.get(`${namespace}/${name}`);
      if (known) return known as T;
    }
    try {
      return await client.resource(kind).get(name, namespace, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  const pollLater = (uid: string): void => {
    const cancel = clock.after(pollInterval, () => {
      pollLater(uid);
      options.onChange(uid);
    });
    polling.set(uid, cancel);
  };
  signal.addEventListener('abort', () => {
    for (const cancel of polling.values()) cancel();
  });

  return {
    configMap: (namespace, name): Promise<ConfigMap | undefined> => read(configMaps, namespace, name),
    secret: (namespace, name): Promise<Secret | undefined> => read(secrets, namespace, name),
    claim: (namespace, name) => read(persistentVolumeClaims, namespace, name),
    volume: (name) => read(persistentVolumes, '', name),
    follow(uid, keys) {
      const wanted = new Map(keys.map((key) => [textOf(key), key]));
      for (const reference of byPod.get(uid) ?? []) if (!wanted.has(reference)) release(reference, uid);
      const watched = new Set<string>();
      for (const [reference, key] of wanted) {
        if (!followed.has(reference) && followed.size >= maxWatches) continue;
        (followed.get(reference) ?? open(reference, key)).pods.add(uid);
        watched.add(reference);
      }
      if (watched.size > 0) byPod.set(uid, watched);
      else byPod.delete(uid);
      if (watched.size < wanted.size && !polling.has(uid)) pollLater(uid);
      if (watched.size < wanted.size) return;
      polling.get(uid)?.();
      polling.delete(uid);
    },
  };
}
