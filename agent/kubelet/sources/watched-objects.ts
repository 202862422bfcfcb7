/**
 * ConfigMaps and Secrets that pods of this node refer to: each is watched for as long as a pod needs it, so that an
 * edit reaches a mounted file at once and a node sees nothing that is not its business.
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
  /** Watches what this pod refers to, and stops what it no longer does. */
  follow(podUid: string, keys: readonly ObjectKey[]): void;
}

export interface WatchedObjectsOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  onChange(podUid: string): void;
}

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

  return {
    configMap: (namespace, name): Promise<ConfigMap | undefined> => read(configMaps, namespace, name),
    secret: (namespace, name): Promise<Secret | undefined> => read(secrets, namespace, name),
    follow(uid, keys) {
      const wanted = new Map(keys.map((key) => [textOf(key), key]));
      for (const reference of byPod.get(uid) ?? []) if (!wanted.has(reference)) release(reference, uid);
      for (const [reference, key] of wanted) (followed.get(reference) ?? open(reference, key)).pods.add(uid);
      if (wanted.size > 0) byPod.set(uid, new Set(wanted.keys()));
      else byPod.delete(uid);
    },
  };
}
