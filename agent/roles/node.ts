/** What every node runs: kubelet, service proxy, DNS; and on a control-plane node the ports on the user's localhost. */
import { join } from 'node:path';
import { events } from '../api/core/event.ts';
import { nodes } from '../api/core/node.ts';
import { services } from '../api/core/service.ts';
import { endpointSlices } from '../api/discovery/endpoint-slice.ts';
import type { Pod } from '../api/types.ts';
import { kubernetesVersion } from '../api/version.ts';
import type { Client } from '../client/client.ts';
import type { Informer, Informers } from '../client/informer.ts';
import { createRecorder } from '../client/recorder.ts';
import type { Clock } from '../clock.ts';
import { startDns } from '../dns/server.ts';
import { type Kubelet, startKubelet } from '../kubelet/kubelet.ts';
import type { ComponentLogs } from '../kubelet/mirror/component-logs.ts';
import { kubeletPort } from '../kubelet/node/node-status.ts';
import { readResolvConf, readSystem } from '../kubelet/node/system.ts';
import { createDockerRuntime } from '../kubelet/runtime/docker/docker.ts';
import { connectEngine } from '../kubelet/runtime/docker/engine.ts';
import type { Runtime } from '../kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../kubelet/runtime/simulated/simulated.ts';
import { createKubeletServer, type KubeletServer } from '../kubelet/server/server.ts';
import type { Logger } from '../log.ts';
import { createExec } from '../network/exec.ts';
import { startHostPorts } from '../network/host-ports.ts';
import { startLocalhostPorts } from '../network/localhost-ports/controller.ts';
import { createPortEngine } from '../network/localhost-ports/engine.ts';
import { createPodNetwork } from '../network/pod-network/create.ts';
import { startNodeRoutes } from '../network/pod-network/routes.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import { startServiceProxy } from '../network/service-proxy/proxy.ts';
import type { NodeConfig } from '../node-config.ts';
import { listenHost, type NodeFiles } from './files.ts';
import { createSimulatedNetwork } from './simulated-network.ts';

export interface NodeOptions {
  files: NodeFiles;
  dataFolder: string;
  clock: Clock;
  logFor(component: string): Logger;
  logs: ComponentLogs;
  startedAt: number;
  signal: AbortSignal;
}

/** The node's side of the kernel and the engine; nothing of it needs the API server. */
export interface NodeGround {
  runtime: Runtime;
  network: PodNetwork;
}

export async function prepareNode({ files, dataFolder, clock, logFor }: NodeOptions): Promise<NodeGround> {
  const { config } = files;
  if (config.runtime === 'simulated') {
    return { runtime: createSimulatedRuntime({ clock }), network: createSimulatedNetwork(config.podCIDR) };
  }
  const runtime = createDockerRuntime({
    profile: config.profile,
    node: config.nodeName,
    sandboxImage: config.nodeImage,
    nodeNetworkMode: `container:${config.nodeName}`,
    socket: config.engineSocket,
    clock,
  });
  const directory = join(dataFolder, 'network');
  const network = await createPodNetwork({ config, directory, exec: createExec(), clock, log: logFor('kube-proxy') });
  return { runtime, network };
}

function startDataPlane(options: NodeOptions, informers: Informers, pods: Informer<Pod>): void {
  const { files, clock, logFor, signal } = options;
  const { config } = files;
  const shared = {
    config,
    services: informers.for(services),
    endpointSlices: informers.for(endpointSlices),
    clock,
    signal,
  };
  const proxyLog = logFor('kube-proxy');
  startNodeRoutes({ config, nodes: informers.for(nodes), exec: createExec(), clock, log: proxyLog, signal });
  startServiceProxy({ ...shared, exec: createExec(), log: proxyLog });
  startHostPorts({ pods, exec: createExec(), clock, log: proxyLog, signal });
  const dnsLog = logFor('coredns');
  const { ready } = startDns({ ...shared, log: dnsLog });
  ready.then(
    (port) => dnsLog.info('Serving', { port }),
    (error) => dnsLog.error('Cannot serve', { error }),
  );
}

function startLocalhost(options: NodeOptions, client: Client, informers: Informers): void {
  const { files, clock, logFor, signal } = options;
  const { config } = files;
  const log = logFor('kube-controller-manager');
  startLocalhostPorts({
    config,
    client,
    kind: services,
    services: informers.for(services),
    endpointSlices: informers.for(endpointSlices),
    nodes: informers.for(nodes),
    engine: createPortEngine({
      ...engineOf(config),
      profile: config.profile,
      nodeImage: config.nodeImage,
      network: config.network,
    }),
    recorder: createRecorder({ client, events, component: 'service-controller', clock, log }),
    clock,
    log,
    signal,
  });
}

const engineOf = ({ engineSocket }: NodeConfig) => ({ docker: connectEngine(engineSocket) });

export interface RunningNode {
  kubelet: Kubelet;
  server: KubeletServer;
}

/** `client` is the node's own; `controllerClient` is given on a control-plane node. */
export async function startNode(
  options: NodeOptions,
  ground: NodeGround,
  client: Client,
  informers: Informers,
  controllerClient?: Client,
): Promise<RunningNode> {
  const { files, dataFolder, clock, logFor, signal } = options;
  const { config, text } = files;
  const log = logFor('kubelet');
  const [system, nodeResolvConf] = await Promise.all([
    readSystem(config.profile, config.nodeName, dataFolder),
    readResolvConf(),
  ]);
  const listening = Promise.withResolvers<number>();
  const kubelet = startKubelet({
    ...ground,
    config,
    client,
    clock,
    log,
    recorder: createRecorder({ client, events, component: 'kubelet', host: config.nodeName, clock, log }),
    services: informers.for(services),
    nodes: informers.for(nodes),
    dataFolder,
    system,
    nodeResolvConf,
    kubeletVersion: kubernetesVersion.git,
    logs: options.logs,
    startedAt: options.startedAt,
    serverPort: listening.promise,
    signal,
  });
  if (config.runtime !== 'simulated') {
    startDataPlane(options, informers, kubelet.pods);
    if (controllerClient) startLocalhost(options, controllerClient, informers);
  }
  const tls = { ca: text('ca.crt'), cert: text('node.crt'), key: text('node.key') };
  const server = createKubeletServer({ tls, backend: kubelet.backend, clock, log });
  // Simulated nodes share one address: each takes a port that is free, and says so in its status.
  const port = config.runtime === 'simulated' ? 0 : kubeletPort;
  listening.resolve(await server.listen({ host: listenHost(config), port }));
  return { kubelet, server };
}
