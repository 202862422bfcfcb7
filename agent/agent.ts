/**
 * The one process of a node (of simulated nodes: one for all of them): the control plane (where the node is one), kubelet, proxy and DNS. What it is told lies in
 * `/etc/skiff`, what it keeps in `/var/lib/skiff`. Everything starts at once; nothing waits for what it does not need.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nodes } from './api/core/node.ts';
import { builtInKinds } from './api/kinds.ts';
import { createKindRegistry } from './api/registry.ts';
import type { Node } from './api/types.ts';
import type { ApiServer } from './apiserver/server.ts';
import { authenticatedGroup } from './apiserver/user.ts';
import { type Client, createClient } from './client/client.ts';
import { createHttpsTransport } from './client/https-transport.ts';
import { createInformer, createInformers, type Informer, type Informers } from './client/informer.ts';
import { userAgentOf, withUserAgent } from './client/transport.ts';
import { systemClock } from './clock.ts';
import { createComponentLogs } from './kubelet/mirror/component-logs.ts';
import { createLogger } from './log.ts';
import { createProcessMetrics } from './metrics/process.ts';
import { componentClient, startApiServer, startManagers } from './roles/control-plane.ts';
import { type NodeFiles, readNodeFiles } from './roles/files.ts';
import { type RunningNode, startNode } from './roles/node.ts';
import type { NodeOptions } from './roles/node-options.ts';
import { platformOf } from './roles/platforms/choose.ts';
import type { Platform } from './roles/platforms/platform.ts';
import { startHeartbeat, supervisorEnded } from './roles/supervised.ts';
// biome-ignore lint/style/noRestrictedImports: the composition root opens the store that the API server is given.
import { createSqliteStore } from './store/sqlite.ts';

/** Beside the bundle on a node, below `dist` in a checkout. */
const schemaFolder = ['../schema', '../dist/schema']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(path));

interface Agent {
  running: RunningNode;
  joined: Joined;
  /** Takes the node's pods with it. */
  stop(): Promise<void>;
}

/** What the server records as the owner of what a node writes. */
const kubeletAgent = userAgentOf('kubelet');

const nodeUser = (nodeName: string) => ({
  username: `system:node:${nodeName}`,
  groups: ['system:nodes', authenticatedGroup],
});

interface Joined {
  /** The kubelet's: the node's own identity. */
  client: Client;
  /** What the process reads of the cluster: services, endpoints and nodes, of which the kubelet may not see all. */
  informers: Informers;
  /** With the node itself in it; may hold others too. */
  nodes: Informer<Node>;
  controllerClient?: Client;
  /** For a further node in the same process. */
  joinInside?(nodeName: string): Joined;
  /** Rejects where the store failed for good. */
  failed?: Promise<never>;
  close(): Promise<void>;
}

/** Two identities, as upstream's kubelet and service proxy are: neither may do what the other needs. */
function joinCluster({ config, text }: NodeFiles, { clock, logFor, signal }: NodeOptions): Joined {
  const connect = (name: string) =>
    createHttpsTransport({
      server: config.apiServer,
      ca: text('ca.crt'),
      cert: text(`${name}.crt`),
      key: text(`${name}.key`),
    });
  const [ofKubelet, ofProxy] = [connect('node'), connect('kube-proxy')];
  const client = createClient(withUserAgent(ofKubelet, kubeletAgent));
  const itself = { fieldSelector: `metadata.name=${config.nodeName}` };
  const proxyClient = createClient(withUserAgent(ofProxy, userAgentOf('kube-proxy')));
  return {
    client,
    informers: createInformers(proxyClient, { clock, log: logFor('kube-proxy'), signal }),
    nodes: createInformer(client, nodes, itself, { clock, log: logFor('kubelet'), signal }),
    async close() {
      ofKubelet.close();
      ofProxy.close();
    },
  };
}

async function startCluster(files: NodeFiles, platform: Platform, options: NodeOptions): Promise<Joined> {
  if (!schemaFolder) throw new Error('the schemas are not there: they belong beside the agent');
  const folder = join(options.dataFolder, 'store');
  await mkdir(folder, { recursive: true });
  const store = await createSqliteStore({ path: join(folder, 'state.db') });
  options.logFor('etcd').info('The store is open', { folder, revision: await store.revision() });
  const kinds = createKindRegistry(builtInKinds);
  const controlPlane = { ...options, files, platform, store, kinds, metrics: createProcessMetrics(), schemaFolder };
  const server: ApiServer = await startApiServer(controlPlane);
  const informers = startManagers(server, controlPlane);
  const asNode = (name: string) => createClient(withUserAgent(server.transport(nodeUser(name)), kubeletAgent));
  return {
    client: asNode(files.config.nodeName),
    informers,
    nodes: informers.for(nodes),
    controllerClient: componentClient(server, 'kube-controller-manager'),
    joinInside: (nodeName) => ({
      client: asNode(nodeName),
      informers,
      nodes: informers.for(nodes),
      close: async () => {},
    }),
    failed: server.failed,
    async close() {
      await server.close();
      await store.close();
    },
  };
}

/** `skiff stop` gives a node two seconds; pods that do not listen to the stop signal must not use them up. */
const podGraceSeconds = 1;

async function startAgent(folder: string, dataFolder: string, joinInside?: Joined['joinInside']): Promise<Agent> {
  const startedAt = Date.now();
  const files = readNodeFiles(folder);
  const stopping = new AbortController();
  const logs = createComponentLogs(join(dataFolder, 'logs'), systemClock.now);
  const logFor = (component: string) =>
    createLogger(component, (line) => {
      process.stdout.write(`${line}\n`);
      logs.write(component, line);
    });
  const { signal } = stopping;
  const options: NodeOptions = { files, dataFolder, clock: systemClock, logFor, logs, startedAt, signal };
  const platform = platformOf(files.config);
  const preparing = platform.prepare(options);
  const isControlPlane = files.config.role === 'control-plane';
  const joining = isControlPlane
    ? startCluster(files, platform, options)
    : (joinInside?.(files.config.nodeName) ?? joinCluster(files, options));
  const [prepared, joined] = await Promise.all([preparing, joining]);
  const running = await startNode(options, { platform, prepared, ...joined });
  const log = logFor('kubelet');
  log.info('Node started', { node: files.config.nodeName, milliseconds: Date.now() - startedAt });
  // Without its store a control plane must not go on; whoever supervises the process starts it again.
  joined.failed?.catch((error: unknown) => {
    log.error('The store failed', { error });
    process.exit(1);
  });
  return {
    running,
    joined,
    async stop() {
      log.info('Stopping the node');
      stopping.abort();
      await Promise.all([running.kubelet.stopPods(podGraceSeconds), running.server.close(), joined.close()]);
      await logs.flush();
    },
  };
}

/** A folder for each node, that of the control plane first by its name; the others join it inside the process. */
async function startTogether(folder: string, dataFolder: string): Promise<Agent[]> {
  const [first = '', ...others] = (await readdir(folder)).sort();
  const start = (name: string, controlPlane?: Agent) =>
    startAgent(join(folder, name), join(dataFolder, name), controlPlane?.joined.joinInside);
  const controlPlane = await start(first);
  return [controlPlane, ...(await Promise.all(others.map((name) => start(name, controlPlane))))];
}

async function main(): Promise<void> {
  const folder = process.env.SKIFF_CONFIG_FOLDER ?? '/etc/skiff';
  const dataFolder = process.env.SKIFF_DATA_FOLDER ?? '/var/lib/skiff';
  const single = existsSync(join(folder, 'node.json'));
  // Simulated nodes are meant to outlive whoever started them.
  if (single) void supervisorEnded(() => process.ppid, systemClock).then(() => process.exit(1));
  const beats = process.env.SKIFF_BEATS;
  if (beats) startHeartbeat((count) => writeFileSync(beats, count), systemClock);
  const agents = single ? [await startAgent(folder, dataFolder)] : await startTogether(folder, dataFolder);
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
  await promise;
  // The control plane last: the others tell it that their pods end.
  for (const agent of agents.reverse()) await agent.stop();
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
