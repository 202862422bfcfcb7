/**
 * ConfigMaps and Secrets that pods of this node refer to: each is watched for as long as a pod needs it, so that an
 * edit reaches a mounted file at once and a node sees nothing that is not its business.
 */

import { configMaps } from '../../api/core/config-map.ts';
import { secrets } from '../../api/core/secret.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { ConfigMap, core, KubeObject, Pod, Secret, Service } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import { createInformer, type Informer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Sources } from '../pods/env.ts';
import { allContainersOf } from '../pods/model.ts';

export interface WatchedSources extends Sources {
  /** Watches what this pod refers to, and stops what it no longer does; undefined: the pod is gone. */
  follow(uid: string, pod: Pod | undefined): void;
}

export interface SourcesOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  services(): readonly Service[];
  onChange(podUid: string): void;
}

/** `configmaps/ns/name`, `secrets/ns/name`. */
function referencesOf(pod: Pod): Set<string> {
  const found = new Set<string>();
  const namespace = pod.metadata.namespace ?? '';
  const configMap = (name: string | undefined) => name && found.add(`configmaps/${namespace}/${name}`);
  const secret = (name: string | undefined) => name && found.add(`secrets/${namespace}/${name}`);
  for (const container of allContainersOf(pod)) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      configMap(configMapRef?.name);
      secret(secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      configMap(valueFrom?.configMapKeyRef?.name);
      secret(valueFrom?.secretKeyRef?.name);
    }
  }
  const volume = (source: Pick<core.VolumeProjection, 'configMap' | 'secret'>) => {
    configMap(source.configMap?.name);
    secret(source.secret?.name);
  };
  for (const { configMap: map, secret: hidden, projected } of pod.spec.volumes ?? []) {
    configMap(map?.name);
    secret(hidden?.secretName);
    for (const source of projected?.sources ?? []) volume(source);
  }
  return found;
}

interface Followed {
  informer: Informer<KubeObject>;
  controller: AbortController;
  pods: Set<string>;
  synced: boolean;
}

export function createSources(options: SourcesOptions): WatchedSources {
  const { client, clock, log, signal } = options;
  const followed = new Map<string, Followed>();
  const byPod = new Map<string, ReadonlySet<string>>();

  const open = (reference: string): Followed => {
    const [plural = '', namespace = '', name = ''] = reference.split('/');
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
    services: options.services,
    follow(uid, pod) {
      const wanted = pod ? referencesOf(pod) : new Set<string>();
      for (const reference of byPod.get(uid) ?? []) if (!wanted.has(reference)) release(reference, uid);
      for (const reference of wanted) (followed.get(reference) ?? open(reference)).pods.add(uid);
      if (pod) byPod.set(uid, wanted);
      else byPod.delete(uid);
    },
  };
}
