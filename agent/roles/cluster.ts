/** Starts a cluster's control plane and joins it in process. Loaded on the control plane's node only. */
import { leases } from '../api/coordination/lease.ts';
import { nodes } from '../api/core/node.ts';
import { builtInKinds } from '../api/kinds.ts';
import { createKindRegistry } from '../api/registry.ts';
import type { ApiServer } from '../apiserver/server.ts';
import { authenticatedGroup, loopbackUser } from '../apiserver/user.ts';
import { createClient } from '../client/client.ts';
import { runLeaderElection } from '../client/leader.ts';
import { withUserAgent } from '../client/transport.ts';
import { createProcessMetrics } from '../metrics/process.ts';
// biome-ignore lint/style/noRestrictedImports: the composition root hands the store to the API server.
import type { Store } from '../store/store.ts';
import { type BuiltFiles, controllerClient, startApiServer, startManagers } from './control-plane.ts';
import { kubeletAgent } from './credentials/kubelet-certificates.ts';
import type { NodeFiles } from './files.ts';
import type { Joined } from './join.ts';
import type { NodeOptions } from './node-options.ts';
import type { Platform } from './platforms/platform.ts';

const nodeUser = (nodeName: string) => ({
  username: `system:node:${nodeName}`,
  groups: ['system:nodes', authenticatedGroup],
});

/** A lease of its own among several, whose holder need not be the one that runs the controllers. */
function leadership(
  server: ApiServer,
  { files, clock, logFor, signal }: NodeOptions,
): (start: (signal: AbortSignal) => void) => void {
  if (!files.config.controlPlanes) return (start) => start(signal);
  const client = createClient(withUserAgent(server.transport(loopbackUser), kubeletAgent));
  const log = logFor('kube-controller-manager');
  const { nodeName: identity } = files.config;
  return (lead) => {
    const election = runLeaderElection({ client, leases, name: 'skiff-localhost', identity, clock, log, signal, lead });
    election.catch((error: unknown) => log.error('Cannot tell who serves localhost', { error }));
  };
}

export async function startCluster(
  store: Store,
  built: BuiltFiles,
  files: NodeFiles,
  platform: Platform,
  options: NodeOptions,
): Promise<Joined> {
  const kinds = createKindRegistry(builtInKinds);
  const controlPlane = { ...options, files, platform, store, kinds, metrics: createProcessMetrics(), built };
  const server: ApiServer = await startApiServer(controlPlane);
  const { informers, ended } = startManagers(server, controlPlane);
  const asNode = (name: string) => createClient(withUserAgent(server.transport(nodeUser(name)), kubeletAgent));
  return {
    client: asNode(files.config.nodeName),
    informers,
    nodes: informers.for(nodes),
    controlPlane: {
      clientFor: (account) => controllerClient(server, account),
      kinds: server.kinds,
      lead: leadership(server, options),
    },
    joinInside: (nodeName) => ({
      client: asNode(nodeName),
      informers,
      nodes: informers.for(nodes),
      close: async () => {},
    }),
    failed: server.failed,
    async close() {
      await ended;
      await server.close();
      await store.close();
    },
  };
}
