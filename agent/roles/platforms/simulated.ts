/**
 * Pods are state only, and every node of the cluster is part of one process on the user's own machine, which nobody
 * else is to reach. Nothing of that machine is read for a pod, and no packet is sent.
 */
import type { StreamLookup } from '../../apiserver/streams/types.ts';
import { createSimulatedRuntime } from '../../kubelet/runtime/simulated/simulated.ts';
import { createSimulatedVolumes } from '../../kubelet/volumes/simulated.ts';
import type { Platform } from './platform.ts';
import { createSimulatedNetwork } from './simulated-network.ts';

const localhost = '127.0.0.1';

/** A simulated node's address leads nowhere: its kubelet listens on this machine, on the port that the node names. */
const onLocalhost = (lookup: StreamLookup): StreamLookup => ({
  ...lookup,
  async node(name) {
    const node = await lookup.node(name);
    return { ...node, status: { ...node.status, addresses: [{ type: 'InternalIP', address: localhost }] } };
  },
});

export const simulatedPlatform: Platform = {
  host: localhost,
  // The nodes share one address: each takes a port that is free, and says so in its status.
  kubeletPort: 0,
  findKubelets: onLocalhost,
  async prepare({ files: { config }, clock }) {
    const runtime = createSimulatedRuntime({ clock, seed: config.nodeName });
    return {
      scheme: 'simulated',
      runtime,
      network: createSimulatedNetwork(config.podCIDR),
      volumes: createSimulatedVolumes,
      probeOnce: async (_runtime, { containerId }) => runtime.probe(containerId),
      runHook: async () => {},
      nodeLabels: { 'dev.skiff.simulated': 'true' },
      // There is no traffic to direct, and there are no names to resolve.
      components: [],
    };
  },
  startNetworking: () => {},
};
