/**
 * The one process of a node: kubelet, service proxy and DNS, and on a control-plane node the control plane. With
 * simulated nodes, one process runs all of them. It reads its configuration from `/etc/skiff` and keeps its data in
 * `/var/lib/skiff`. All parts start at once; none waits for what it does not need.
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

/** Next to the bundle on a node; in a checkout, below `dist`. */
const schemaFolder = ['../schema', '../dist/schema']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(path));

interface Agent {
  running: RunningNode;
  joined: Joined;
  /** Ends the node's pods as well. */
  stop(): Promise<void>;
}

/** The API server records this as the field manager of what a node writes. */
const kubeletAgent = userAgentOf('kubelet');

const nodeUser = (nodeName: string) => ({
  username: `system:node:${nodeName}`,
  groups: ['system:nodes', authenticatedGroup],
});

interface Joined {
  /** The kubelet's client, with the node's own identity. */
  client: Client;
  /** What the process reads of the cluster: services, endpoints and nodes. The kubelet may not see all of these. */
  informers: Informers;
  /** Contains this node, and perhaps others. */
  nodes: Informer<Node>;
  controllerClient?: Client;
  /** Adds a further node to this process. */
  joinInside?(nodeName: string): Joined;
  /** Rejects once the store has failed for good. */
  failed?: Promise<never>;
  close(): Promise<void>;
}

/** Two identities, as for upstream's kubelet and service proxy: neither has the other's rights. */
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
  if (!schemaFolder) throw new Error('the schemas are missing: they belong beside the agent');
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

/** `skiff stop` gives a node two seconds; pods that ignore the stop signal must not use them up. */
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
  // A control plane must not go on without its store; the supervisor of the process starts it again.
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

/** One folder per node. The control plane's sorts first; the other nodes join it inside the process. */
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
  // Simulated nodes, in contrast, outlive the command that started them.
  if (single) void supervisorEnded(() => process.ppid, systemClock).then(() => process.exit(1));
  const beats = process.env.SKIFF_BEATS;
  if (beats) startHeartbeat((count) => writeFileSync(beats, count), systemClock);
  const agents = single ? [await startAgent(folder, dataFolder)] : await startTogether(folder, dataFolder);
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
  await promise;
  // The control plane stops last: the other nodes report to it that their pods have ended.
  for (const agent of agents.reverse()) await agent.stop();
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
