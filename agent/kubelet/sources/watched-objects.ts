/**
 * ConfigMaps and Secrets that pods of this node refer to: each is watched for as long as a pod needs it, so that an
 * edit reaches a mounted file at once and a node sees nothing that is not its business. Beyond a number of watches the
 * rest is read anew from time to time, as upstream's kubelet can be told to do for all:
 * https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ (configMapAndSecretChangeDetectionStrategy)
 */

import { configMaps } from '../../api/core/config-map.ts';
import { secrets } from '../../api/core/secret.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { ConfigMap, KubeObject, Secret } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import { createInformer, type Informer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { ObjectKey, ObjectReader } from './objects.ts';

export interface WatchedObjects extends ObjectReader {
  /** Watches what this pod refers to, and stops what it no longer does. What is too much is looked at each minute. */
  follow(podUid: string, keys: readonly ObjectKey[]): void;
}

export interface WatchedObjectsOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  onChange(podUid: string): void;
}

/** Watches share a connection with everything else that the node asks of the API server, which has its own limit. */
const mostWatches = 256;
/** Milliseconds between two looks at what is not watched: upstream's --sync-frequency. */
const lookEvery = 60_000;

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
  /** Pods that refer to something that is not watched. */
  const looking = new Map<string, () => void>();

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

  const lookLater = (uid: string): void => {
    const cancel = clock.after(lookEvery, () => {
      lookLater(uid);
      options.onChange(uid);
    });
    looking.set(uid, cancel);
  };
  signal.addEventListener('abort', () => {
    for (const cancel of looking.values()) cancel();
  });

  return {
    configMap: (namespace, name): Promise<ConfigMap | undefined> => read(configMaps, namespace, name),
    secret: (namespace, name): Promise<Secret | undefined> => read(secrets, namespace, name),
    follow(uid, keys) {
      const wanted = new Map(keys.map((key) => [textOf(key), key]));
      for (const reference of byPod.get(uid) ?? []) if (!wanted.has(reference)) release(reference, uid);
      const watched = new Set<string>();
      for (const [reference, key] of wanted) {
        if (!followed.has(reference) && followed.size >= mostWatches) continue;
        (followed.get(reference) ?? open(reference, key)).pods.add(uid);
        watched.add(reference);
      }
      if (watched.size > 0) byPod.set(uid, watched);
      else byPod.delete(uid);
      if (watched.size < wanted.size && !looking.has(uid)) lookLater(uid);
      if (watched.size < wanted.size) return;
      looking.get(uid)?.();
      looking.delete(uid);
    },
  };
}
