/** Runs pods as containers of the user's engine, siblings of the node's own. The node routes and proxies for them. */
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { configMaps } from '../../api/core/config-map.ts';
import { dnsSettingsPlace } from '../../api/core/dns-settings.ts';
import { events } from '../../api/core/event.ts';
import { namespaces } from '../../api/core/namespace.ts';
import { nodes } from '../../api/core/node.ts';
import { pods as allPods } from '../../api/core/pod.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { networkPolicies } from '../../api/networking/network-policy.ts';
import type { KindSource } from '../../api/registry.ts';
import type { Client } from '../../client/client.ts';
import { createInformer, type Informers } from '../../client/informer.ts';
import { createRecorder } from '../../client/recorder.ts';
import { startDns } from '../../dns/server.ts';
import { startIngress } from '../../ingress/controller.ts';
import { startIngressThread } from '../../ingress/thread.ts';
import { readDisk, readSignals } from '../../kubelet/eviction/signals.ts';
import { fileStore } from '../../kubelet/images/pulled-images.ts';
import { kubeletPort } from '../../kubelet/node/node-status.ts';
import type { KubeletPlatform } from '../../kubelet/platform.ts';
import { runHook } from '../../kubelet/pods/hooks.ts';
import { probeOnce } from '../../kubelet/probes/probe.ts';
import { createDockerRuntime } from '../../kubelet/runtime/docker/docker.ts';
import { connectEngine } from '../../kubelet/runtime/docker/engine.ts';
import { findManagedFile, findRoot } from '../../kubelet/runtime/docker/managed-files.ts';
import { readInterfaces } from '../../kubelet/stats/interfaces.ts';
import { readOwnUsage } from '../../kubelet/stats/own-usage.ts';
import { createImageContent } from '../../kubelet/volumes/image-content.ts';
import { createVolumes } from '../../kubelet/volumes/volumes.ts';
import { gatewayOf } from '../../network/cidr.ts';
import { createExec } from '../../network/exec.ts';
import { termsOf } from '../../network/families.ts';
import { startHealthChecks } from '../../network/health-checks.ts';
import { startHostPorts } from '../../network/host-ports.ts';
import { startLocalhostPorts } from '../../network/localhost-ports/controller.ts';
import { createPortEngine } from '../../network/localhost-ports/engine.ts';
import { startNetworkPolicies } from '../../network/network-policy/policies.ts';
import { createPodNetwork } from '../../network/pod-network/create.ts';
import { startNodeRoutes } from '../../network/pod-network/routes.ts';
import { startServiceProxy } from '../../network/service-proxy/proxy.ts';
import { networksOf } from '../../node-config.ts';
import type { NodeOptions } from '../node-options.ts';
import type { JoinedNode, Platform } from './platform.ts';

/** The account, the log and the pod of the ingress controller. */
const ingressName = 'skiff-ingress';

const manifestsFolder = '/etc/kubernetes/manifests';

/** The place that a `hostPath` of the folder leads to. */
const manifestsOf = (dataFolder: string): string => join(dataFolder, 'hostpath', manifestsFolder);

/** People look for the manifests in the node's own file system. */
async function linkManifests(dataFolder: string): Promise<void> {
  await mkdir(dirname(manifestsFolder), { recursive: true });
  try {
    await symlink(manifestsOf(dataFolder), manifestsFolder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function prepare({ files, dataFolder, clock, logFor }: NodeOptions): Promise<KubeletPlatform> {
  const { config } = files;
  await linkManifests(dataFolder);
  const runtime = createDockerRuntime({
    profile: config.profile,
    node: config.nodeName,
    sandboxImage: config.nodeImage,
    nodeNetworkMode: `container:${config.nodeName}`,
    socket: config.engineSocket,
    clock,
    log: logFor('kubelet'),
  });
  const directory = join(dataFolder, 'network');
  const network = await createPodNetwork({
    networks: networksOf(config),
    directory,
    exec: createExec(),
    clock,
    log: logFor('kube-proxy'),
  });
  return {
    scheme: 'docker',
    runtime,
    network,
    manifests: manifestsOf,
    volumes: createVolumes,
    pullRecords: (folder) => fileStore(join(folder, 'images', 'pulled.json')),
    // The node's data is a volume of the engine, which keeps its images on the same disk.
    readImageDisk: readDisk,
    imageContent: createImageContent,
    findManagedFile: (file) => findManagedFile(connectEngine(config.engineSocket), config.nodeName, file),
    findRoot: () => findRoot(connectEngine(config.engineSocket), config.nodeName),
    ownUsage: () => readOwnUsage(),
    readInterfaces,
    readSignals,
    probeOnce,
    runHook,
    nodeLabels: {},
    components: ['kube-proxy', 'coredns', ...(config.role === 'control-plane' ? [ingressName] : [])],
    componentAddresses: { [ingressName]: gatewayOf(config.podCIDR) },
  };
}

function startDataPlane(
  { files, clock, logFor, signal }: NodeOptions,
  { client, informers, pods, network }: JoinedNode,
): void {
  const { config } = files;
  const shared = {
    config,
    nodes: informers.for(nodes),
    services: informers.for(services),
    endpointSlices: informers.for(endpointSlices),
    clock,
    signal,
  };
  const proxyLog = logFor('kube-proxy');
  startNodeRoutes({ ...shared, exec: createExec(), log: proxyLog });
  const networks = networksOf(config);
  const families = networks.map(({ clusterCIDR }) => termsOf(clusterCIDR));
  const proxies = networks.map((network) =>
    startServiceProxy({ ...shared, config: { ...config, ...network }, exec: createExec(), log: proxyLog }),
  );
  const isProxyHealthy = () => proxies.every(({ isHealthy }) => isHealthy());
  startHealthChecks({ ...shared, isProxyHealthy, log: proxyLog });
  startNetworkPolicies({
    families,
    policies: informers.for(networkPolicies),
    pods,
    peers: () => ({ pods: informers.for(allPods), namespaces: informers.for(namespaces) }),
    network,
    exec: createExec(),
    clock,
    log: proxyLog,
    signal,
  });
  startHostPorts({ families, pods, exec: createExec(), clock, log: proxyLog, signal });
  const dnsLog = logFor('coredns');
  const { namespace, name } = dnsSettingsPlace;
  const scope = { namespace, fieldSelector: `metadata.name=${name}` };
  const settings = createInformer(client, configMaps, scope, { clock, log: dnsLog, signal });
  const ranges = networks.flatMap(({ clusterCIDR, serviceCIDR }) => [clusterCIDR, serviceCIDR]);
  const { ready } = startDns({ ...shared, ranges, settings, log: dnsLog });
  ready.then(
    (port) => dnsLog.info('Serving', { port }),
    (error) => dnsLog.error('Cannot serve', { error }),
  );
}

function startLocalhost({ files, clock, logFor, signal }: NodeOptions, client: Client, informers: Informers): void {
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
      docker: connectEngine(config.engineSocket),
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

function startIngressController(
  { files, clock, logFor, signal }: NodeOptions,
  client: Client,
  informers: Informers,
  kinds: KindSource,
): void {
  startIngress({
    config: { ...files.config, sourceIP: gatewayOf(files.config.podCIDR) },
    client,
    informers,
    kinds,
    startThread: startIngressThread,
    clock,
    log: logFor(ingressName),
    signal,
  });
}

export const dockerPlatform: Platform = {
  host: '0.0.0.0',
  kubeletPort,
  findKubelets: (lookup) => lookup,
  // The control plane's node has routes to all pods.
  reach: (endpoint) => endpoint,
  prepare,
  startNetworking(options, joined) {
    startDataPlane(options, joined);
    const { informers, controlPlane } = joined;
    if (!controlPlane) return;
    const { clientFor, kinds, lead } = controlPlane;
    // There is one localhost, however many control planes there are.
    lead((signal) => {
      startLocalhost({ ...options, signal }, clientFor('service-controller'), informers);
      startIngressController({ ...options, signal }, clientFor(ingressName), informers, kinds);
    });
  },
};
