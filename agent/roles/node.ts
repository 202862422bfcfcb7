/** Starts what every node runs: the kubelet with its server, and the network of the node's platform. */
import { events } from '../api/core/event.ts';
import { services } from '../api/core/service.ts';
import type { Node } from '../api/types.ts';
import { kubernetesVersion } from '../api/version.ts';
import type { Client } from '../client/client.ts';
import type { Informer, Informers } from '../client/informer.ts';
import { createRecorder } from '../client/recorder.ts';
import { type Kubelet, startKubelet } from '../kubelet/kubelet.ts';
import { readHosts, readResolvConf, readSystem, type SystemFacts } from '../kubelet/node/system.ts';
import type { KubeletPlatform } from '../kubelet/platform.ts';
import { createApiAccess } from '../kubelet/server/api-access.ts';
import { createKubeletServer, type KubeletServer } from '../kubelet/server/server.ts';
import { keepServing } from './credentials/kubelet-certificates.ts';
import type { NodeOptions } from './node-options.ts';
import type { OwnControlPlane, Platform } from './platforms/platform.ts';

export interface RunningNode {
  kubelet: Kubelet;
  server: KubeletServer;
}

export interface NodeParts {
  platform: Platform;
  prepared: KubeletPlatform;
  machine: Machine;
  /** The client with the node's own identity. */
  client: Client;
  informers: Informers;
  /** The cluster's nodes, including this one. */
  nodes: Informer<Node>;
  /** Set on a control-plane node. */
  controlPlane?: OwnControlPlane;
}

/** What the kubelet knows of its machine. It is read while the node joins its cluster. */
export interface Machine {
  system: SystemFacts;
  nodeResolvConf: string;
  nodeHosts: string;
}

export async function readMachine({ files: { config }, dataFolder }: NodeOptions): Promise<Machine> {
  const [system, nodeResolvConf, nodeHosts] = await Promise.all([
    readSystem(config.profile, config.nodeName, dataFolder),
    readResolvConf(),
    readHosts(),
  ]);
  return { system, nodeResolvConf, nodeHosts };
}

/** The kubelet starts at once, before what the control plane in the same process has begun. */
export async function startNode(options: NodeOptions, parts: NodeParts): Promise<RunningNode> {
  const { files, dataFolder, clock, logFor, signal } = options;
  const { platform, prepared, machine, client, informers, nodes, controlPlane } = parts;
  const { config, text } = files;
  const log = logFor('kubelet');
  const listening = Promise.withResolvers<number>();
  const kubelet = startKubelet({
    platform: prepared,
    config,
    client,
    clock,
    log,
    recorder: createRecorder({ client, events, component: 'kubelet', host: config.nodeName, clock, log }),
    services: informers.for(services),
    nodes,
    dataFolder,
    ...machine,
    kubeletVersion: kubernetesVersion.git,
    logs: options.logs,
    startedAt: options.startedAt,
    serverPort: listening.promise,
    signal,
  });
  platform.startNetworking(options, {
    client,
    informers,
    pods: kubelet.pods,
    network: prepared.network,
    ...(controlPlane ? { controlPlane } : {}),
  });
  const own = config.joinsByToken ? {} : { cert: text('node.crt'), key: text('node.key') };
  const server = createKubeletServer({
    tls: { ca: text('ca.crt'), ...own },
    backend: kubelet.backend,
    access: createApiAccess(client, config.nodeName, signal),
    clock,
    log,
  });
  listening.resolve(await server.listen({ host: platform.host, port: platform.kubeletPort }));
  if (config.joinsByToken) await keepServing(files, options, client, (next) => server.renew(next));
  return { kubelet, server };
}
