export interface NodeTaint {
  key: string;
  value?: string;
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** What a node knows of one family of addresses. */
export interface NodeNetwork {
  /** The node's fixed address on the profile's network in the engine. */
  nodeIP: string;
  /** E.g. `10.244.1.0/24`; part of `clusterCIDR`. */
  podCIDR: string;
  clusterCIDR: string;
  serviceCIDR: string;
}

/**
 * The configuration of a node's agent: `/etc/skiff/node.json`, which `main` writes before the container starts. Beside
 * it lie `ca.crt`, `node.crt`/`node.key` (the node's certificate as a client and for the kubelet's server) and
 * `kube-proxy.crt`/`kube-proxy.key` (client certificate of the service proxy and the DNS). A control-plane node also
 * has `ca.key`, `apiserver.crt`/`apiserver.key`, `service-account.key` and a client certificate per component.
 */
export interface NodeConfig extends NodeNetwork {
  profile: string;
  /** E.g. `skiff-control-plane`, `skiff-worker`, `skiff-worker2`; also the node's host name. */
  nodeName: string;
  role: 'control-plane' | 'worker';
  runtime: 'docker' | 'simulated';
  /** Of the second family, in a cluster of two. The first one is IPv4. */
  otherNetworks?: readonly NodeNetwork[];
  dnsIP: string;
  clusterDomain: string;
  /** As this node sees it, e.g. `https://172.30.0.2:6443`. */
  apiServer: string;
  /**
   * All control planes where there are several, this node perhaps among them: each has a member of etcd, and a node
   * reaches its cluster through any of them. Then there also are `etcd-ca.crt` and `etcd.crt`/`etcd.key` on each.
   */
  controlPlanes?: { name: string; ip: string }[];
  /** Image of this node; sandboxes and port containers are made from it too. */
  nodeImage: string;
  /** Name of the engine network that joins the nodes. */
  network: string;
  /** Path of the engine's socket inside the node container. */
  engineSocket: string;
  /**
   * Path of this node's data volume on the engine's machine (`/var/lib/skiff` in the node), for bind mounts of pods'
   * containers.
   */
  dataOnEngine: string;
  /** What the node offers to pods. CPU in cores, memory in bytes. */
  capacity: { cpu: number; memory: number; pods: number };
  /** In seconds, for the end of all pods when the node shuts down, and the part of it for critical ones alone. */
  shutdown?: { gracePeriod: number; criticalPods: number };
  /** The node asks the cluster for its certificates: first as the holder of the token in `bootstrap-token`. */
  joinsByToken?: boolean;
  /** Labels and taints that the node has when it registers itself, beside its own. */
  labels?: Readonly<Record<string, string>>;
  taints?: readonly NodeTaint[];
  /** Keeps ordinary pods off a control-plane node, as kubeadm does; default: no. */
  taintControlPlane?: boolean;
}

/** One for each family of the cluster, the primary one first. */
export const networksOf = ({ otherNetworks = [], ...first }: NodeConfig): readonly [NodeNetwork, ...NodeNetwork[]] => [
  first,
  ...otherNetworks,
];

type OfEach = readonly [string, ...string[]];

const ofEach = (config: NodeConfig, field: keyof NodeNetwork): OfEach => {
  const [first, ...others] = networksOf(config);
  return [first[field], ...others.map((network) => network[field])];
};

export const nodeIPsOf = (config: NodeConfig): OfEach => ofEach(config, 'nodeIP');
export const podCIDRsOf = (config: NodeConfig): OfEach => ofEach(config, 'podCIDR');
export const serviceCIDRsOf = (config: NodeConfig): OfEach => ofEach(config, 'serviceCIDR');
