/** A "node": the network of one node over informers that the test fills. Runs in the node's network namespace. */
import type {
  ConfigMap,
  EndpointSlice,
  Namespace,
  NetworkPolicy,
  Node,
  Pod,
  Service,
} from '../../../agent/api/types.ts';
import { systemClock } from '../../../agent/clock.ts';
import { startDns } from '../../../agent/dns/server.ts';
import type { PodNetwork } from '../../../agent/kubelet/runtime/pod-network.ts';
import { createLogger } from '../../../agent/log.ts';
import { createExec } from '../../../agent/network/exec.ts';
import { termsOf } from '../../../agent/network/families.ts';
import { startHealthChecks } from '../../../agent/network/health-checks.ts';
import { startNetworkPolicies } from '../../../agent/network/network-policy/policies.ts';
import { createPodNetwork } from '../../../agent/network/pod-network/create.ts';
import { startNodeRoutes } from '../../../agent/network/pod-network/routes.ts';
import { processTable } from '../../../agent/network/pod-network/sandbox-namespace.ts';
import { startServiceProxy } from '../../../agent/network/service-proxy/proxy.ts';
import type { NodeNetwork } from '../../../agent/node-config.ts';
import { createFakeInformer } from '../../fakes/informer.ts';
import { serveRequests } from './peer.ts';

const services = createFakeInformer<Service>();
const endpointSlices = createFakeInformer<EndpointSlice>();
const settings = createFakeInformer<ConfigMap>();
const nodes = createFakeInformer<Node>();
const policies = createFakeInformer<NetworkPolicy>();
const namespaces = createFakeInformer<Namespace>();
const pods = createFakeInformer<Pod>();
const ownPods = createFakeInformer<Pod>();
const informers = { services, endpointSlices, nodes, policies, namespaces, pods };
const signal = new AbortController().signal;
const exec = createExec();
const log = createLogger('network', (line) => process.stderr.write(`${line}\n`));
const common = { exec, clock: systemClock, log, signal };
const sandboxes: string[] = [];
let network: PodNetwork | undefined;
let nodeName = '';

interface Config {
  nodeName: string;
  /** One of each family. */
  networks: [NodeNetwork, ...NodeNetwork[]];
  dnsIP: string;
  clusterDomain: string;
}

async function start(config: Config, directory: string): Promise<void> {
  const { networks } = config;
  // The test's sandboxes are processes, so no cgroup is named after them.
  const processes = { ...processTable, cgroupOf: () => sandboxes.join() };
  network = await createPodNetwork({ ...common, networks, directory, processes });
  const routes = startNodeRoutes({ ...common, config, nodes });
  const proxies = networks.map((network) =>
    startServiceProxy({ ...common, config: { ...config, ...network }, nodes, services, endpointSlices }),
  );
  const isProxyHealthy = () => proxies.every(({ isHealthy }) => isHealthy());
  startHealthChecks({ ...common, config, services, endpointSlices, isProxyHealthy });
  nodeName = config.nodeName;
  const rules = startNetworkPolicies({
    ...common,
    families: networks.map(({ clusterCIDR }) => termsOf(clusterCIDR)),
    policies,
    pods: ownPods,
    peers: () => ({ pods, namespaces }),
    network,
  });
  const dns = startDns({
    ...common,
    config: { ...config, nodeIP: networks[0].nodeIP },
    ranges: networks.flatMap(({ clusterCIDR, serviceCIDR }) => [clusterCIDR, serviceCIDR]),
    services,
    endpointSlices,
    settings,
    upstreams: [],
  });
  await Promise.all([routes.ready, ...proxies.map(({ ready }) => ready), rules.ready, dns.ready]);
}

const putOwn = (pod: Pod): void => {
  if (pod.spec.nodeName === nodeName) ownPods.put(pod);
};

serveRequests(async (request) => {
  if (request.op === 'start') return start(request.config as Config, String(request.directory));
  if (request.op === 'put') {
    const informer = informers[request.kind as keyof typeof informers];
    if (request.kind === 'pods') putOwn(request.object as Pod);
    return informer.put(request.object as never);
  }
  if (request.op === 'remove') return informers[request.kind as keyof typeof informers].remove(String(request.key));
  if (!network) throw new Error('not started');
  if (request.op === 'attach') {
    sandboxes.push(String(request.sandbox));
    const sandbox = { id: String(request.sandbox), pid: Number(request.pid), attempt: 0, state: 'ready' as const };
    const pod = { name: '', namespace: 'default', uid: '', ...(request.pod as object | undefined) };
    const startedAt = performance.now();
    const { ips } = await network.attach({ ...sandbox, pod, createdAt: 0, labels: {}, hostNetwork: false }, signal);
    return { ip: ips[0], ips, milliseconds: performance.now() - startedAt };
  }
  if (request.op === 'detach') return network.detach(String(request.sandbox));
  if (request.op === 'run') return exec.run(request.tool as 'ip' | 'nft', request.args as string[]);
  throw new Error(`unknown operation ${request.op}`);
});
