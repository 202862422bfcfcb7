/**
 * Shows static pods in the API.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/pod/mirror_client.go
 */
import { pods } from '../../api/core/pod.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../api/errors.ts';
import type { Draft, Node, Pod } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { staticAnnotations } from './parse.ts';

export interface StaticMirrorsOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  informer: Informer<Pod>;
  node(): Node | undefined;
  /** The static pod of `NAMESPACE/NAME`; undefined if its manifest has gone and it has stopped. */
  find(key: string): Pod | undefined;
  /** True for the mirror pods of this agent's own components, which others look after. */
  isComponent(pod: Pod): boolean;
}

export interface StaticMirrors {
  /** A static pod has come, changed or gone. */
  touch(key: string): void;
}

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
const mirrorOf = ({ metadata }: Pod): string | undefined => metadata.annotations?.[staticAnnotations.mirror];

function draftOf({ metadata, spec }: Pod, node: Node): Draft<Pod> {
  const { name, namespace, labels, uid } = metadata;
  const { name: nodeName, uid: nodeUid } = node.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: { ...metadata.annotations, [staticAnnotations.mirror]: uid },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: nodeUid, controller: true }],
    },
    spec,
  };
}

export function startStaticMirrors(options: StaticMirrorsOptions): StaticMirrors {
  const { client, clock, log, signal, informer, node, find, isComponent } = options;
  const resource = client.resource(pods);

  const remove = async ({ metadata }: Pod): Promise<void> => {
    const preconditions = { uid: metadata.uid };
    try {
      await resource.delete(metadata.name, metadata.namespace, { gracePeriodSeconds: 0, preconditions }, signal);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  };
  const ensure = async (key: string): Promise<void> => {
    const wanted = find(key);
    const known = informer.get(key);
    const present = node();
    if (known && !mirrorOf(known)) return;
    if (known && (mirrorOf(known) !== wanted?.metadata.uid || known.metadata.deletionTimestamp)) {
      await remove(known);
      return;
    }
    // Like upstream, create no mirror pod before its node: a pod with no owner would be deleted.
    if (known || !wanted || !present) return;
    try {
      await resource.create(draftOf(wanted, present), signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  };

  const queue = createWorkQueue({
    name: 'static-mirrors',
    clock,
    log,
    signal,
    concurrency: 4,
    backoff: { base: 100, max: 10_000 },
    reconcile: ensure,
  });
  informer.onChange(({ object }) => {
    if (mirrorOf(object) && !isComponent(object)) queue.add(keyOf(object));
  });
  return { touch: queue.add };
}
