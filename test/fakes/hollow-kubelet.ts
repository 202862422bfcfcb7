/** Nodes that run nothing: a pod that is assigned to one becomes Ready, a deleted pod goes. */
import { leases } from '../../agent/api/coordination/lease.ts';
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { isConflict, isNotFound } from '../../agent/api/errors.ts';
import { isPodReady } from '../../agent/api/pods.ts';
import type { core, Pod } from '../../agent/api/types.ts';
import type { Client } from '../../agent/client/client.ts';
import { type Informers, keyOf } from '../../agent/client/informer.ts';
import { createWorkQueue } from '../../agent/client/work-queue.ts';
import { microTimestamp, systemClock, timestamp } from '../../agent/clock.ts';
import type { Logger } from '../../agent/log.ts';

export interface HollowKubelets {
  /** Images whose pods never become ready. */
  broken: Set<string>;
}

async function register(client: Client, name: string, spec: core.NodeSpec): Promise<void> {
  await client.resource(nodes).create({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec,
  });
  const now = timestamp(Date.now());
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
  const patch = { status: { allocatable, capacity: allocatable, conditions: [ready] } };
  const type = 'application/strategic-merge-patch+json';
  await client.resource(nodes).patch(name, undefined, type, patch, { subresource: 'status' });
  await client.resource(leases).create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTimestamp(Date.now()) },
  });
}

/**
 * Renews the leases every 10 s until the signal aborts. A node that is silent for 40 s is taken for lost, and a suite
 * on a slow machine takes longer.
 */
function startHeartbeats(client: Client, names: readonly string[], log: Logger, signal: AbortSignal): void {
  const renew = (name: string): Promise<unknown> =>
    client
      .resource(leases)
      .patch(name, 'kube-node-lease', 'application/merge-patch+json', {
        spec: { renewTime: microTimestamp(Date.now()) },
      })
      .catch((error: unknown) => log.info('Lease not renewed', { name, error }));
  const timer = setInterval(() => void Promise.all(names.map(renew)), 10_000);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

let address = 1;
const readyStatus = (pod: Pod): Pod['status'] => {
  address += 1;
  const podIP = `10.244.${address >> 8}.${address & 255}`;
  const at = timestamp(Date.now());
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: at });
  const names = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'];
  return { ...pod.status, phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: names.map(condition) };
};

/** Resolves once the nodes are registered. */
export async function startHollowKubelets(
  client: Client,
  informers: Informers,
  log: Logger,
  signal: AbortSignal,
  specs: Record<string, core.NodeSpec>,
): Promise<HollowKubelets> {
  const broken = new Set<string>();
  const informer = informers.for(pods);
  const resource = client.resource(pods);
  const act = async (pod: Pod): Promise<void> => {
    const { name, namespace } = pod.metadata;
    if (pod.metadata.deletionTimestamp) await resource.delete(name, namespace, { gracePeriodSeconds: 0 });
    else if (!isPodReady(pod) && !broken.has(pod.spec.containers[0]?.image ?? '')) {
      await resource.updateStatus({ ...pod, status: readyStatus(pod) });
    }
  };
  const queue = createWorkQueue({
    name: 'hollow-kubelet',
    clock: systemClock,
    log,
    signal,
    concurrency: 10,
    reconcile: async (key) => {
      const pod = informer.get(key);
      if (!pod?.spec.nodeName || !(pod.spec.nodeName in specs)) return;
      try {
        await act(pod);
      } catch (error) {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    },
  });
  await informer.synced;
  informer.onChange(({ object }) => queue.add(keyOf(object)));
  for (const [name, spec] of Object.entries(specs)) await register(client, name, spec);
  startHeartbeats(client, Object.keys(specs), log, signal);
  return { broken };
}
