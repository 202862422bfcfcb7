/**
 * Marks the control plane's node with its role, which a node may not do itself. Marks it once: if somebody removes the
 * label, it stays away until the agent restarts.
 * https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/#mark-the-node-as-control-plane
 */

import { nodes } from '../api/core/node.ts';
import { isNotFound } from '../api/errors.ts';
import { mediaType } from '../api/media-types.ts';
import type { Client } from '../client/client.ts';
import type { Informers } from '../client/informer.ts';
import { createWorkQueue } from '../client/work-queue.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

const label = 'node-role.kubernetes.io/control-plane';

export interface MarkOptions {
  /** A client that may write nodes. */
  client: Client;
  informers: Informers;
  nodeName: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export function markControlPlane({ client, informers, nodeName, clock, log, signal }: MarkOptions): void {
  const informer = informers.for(nodes);
  const mark = async (name: string): Promise<void> => {
    const node = informer.get(name);
    if (!node || node.metadata.labels?.[label] !== undefined) return;
    const patch = { metadata: { labels: { [label]: '' } } };
    try {
      await client.resource(nodes).patch(name, undefined, mediaType.mergePatch, patch, {}, signal);
    } catch (error) {
      // The node was deleted; it is marked when it comes back.
      if (!isNotFound(error)) throw error;
    }
  };
  const queue = createWorkQueue({
    name: 'mark-control-plane',
    clock,
    log,
    signal,
    concurrency: 1,
    backoff: { base: 100, max: 10_000 },
    reconcile: mark,
  });
  informer.onChange(({ type, object }) => {
    if (type === 'added' && object.metadata.name === nodeName) queue.add(nodeName);
  });
  void informer.synced.then(() => queue.add(nodeName));
}
