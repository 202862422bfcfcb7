/**
 * Pods are only state, and all nodes of the cluster run in one process on the user's own machine, reachable from that
 * machine only. The platform reads nothing of the machine for a pod, and sends no packets.
 */
import { join } from 'node:path';
import type { StreamLookup } from '../../apiserver/streams/types.ts';
import { memoryStore } from '../../kubelet/images/pulled-images.ts';
import { createSimulatedRuntime } from '../../kubelet/runtime/simulated/simulated.ts';
import { noImageContent } from '../../kubelet/volumes/image-content.ts';
import { createSimulatedVolumes } from '../../kubelet/volumes/simulated.ts';
import { podCIDRsOf } from '../../node-config.ts';
import type { Platform } from './platform.ts';
import { createSimulatedNetwork } from './simulated-network.ts';

const localhost = '127.0.0.1';

/**
 * A simulated node's address leads nowhere, so connect to its kubelet on localhost, at the port in the node's status.
 */
const onLocalhost = (lookup: StreamLookup): StreamLookup => ({
  ...lookup,
  async node(name) {
    const node = await lookup.node(name);
    return { ...node, status: { ...node.status, addresses: [{ type: 'InternalIP', address: localhost }] } };
  },
});

export const simulatedPlatform: Platform = {
  host: localhost,
  // The nodes share one address, so each uses a free port and reports it in its status.
  kubeletPort: 0,
  findKubelets: onLocalhost,
  // Their addresses lead nowhere, and no packet may try.
  reach: ({ host, port }) => {
    throw new Error(`dial tcp ${host}:${port}: connect: no route to host (nothing runs in simulated pods)`);
  },
  async prepare({ files: { config }, clock }) {
    const runtime = createSimulatedRuntime({ clock, seed: config.nodeName });
    return {
      scheme: 'simulated',
      runtime,
      network: createSimulatedNetwork(podCIDRsOf(config)),
      manifests: (dataFolder) => join(dataFolder, 'manifests'),
      volumes: createSimulatedVolumes,
      pullRecords: memoryStore,
      imageContent: () => noImageContent,
      findManagedFile: async (file) => file,
      findRoot: async () => undefined,
      probeOnce: async (_parts, { containerId }) => runtime.probe(containerId),
      // All nodes share one process, which is none of theirs.
      readInterfaces: async () => [],
      ownUsage: async () => ({ cpuUsage: 0, memory: 0, memoryUsage: 0, rss: 0, processes: 0 }),
      readSignals: async () => [],
      runHook: async () => {},
      nodeLabels: { 'dev.skiff.simulated': 'true' },
      // Simulated nodes have no traffic to direct, and no names to resolve.
      components: [],
    };
  },
  startNetworking: () => {},
};
