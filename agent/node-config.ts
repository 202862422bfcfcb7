/**
 * What a node's agent is told when its container starts: `/etc/skiff/node.json`, written by the desktop side at boot.
 * Beside it: `ca.crt`, `node.crt`/`node.key` (client and kubelet serving certificate of this node) and
 * `kube-proxy.crt`/`kube-proxy.key` (client certificate of its service proxy and DNS); on a control-plane node also `ca.key`, `apiserver.crt`/`apiserver.key`, `service-account.key`, and per component a client certificate.
 */
export interface NodeConfig {
  profile: string;
  /** E.g. `skiff-control-plane`, `skiff-worker`, `skiff-worker2`; also the node's host name. */
  nodeName: string;
  role: 'control-plane' | 'worker';
  runtime: 'docker' | 'simulated';
  /** Fixed IPv4 address on the profile's engine network. */
  nodeIP: string;
  /** E.g. `10.244.1.0/24`; part of `clusterCIDR`. */
  podCIDR: string;
  clusterCIDR: string;
  serviceCIDR: string;
  dnsIP: string;
  clusterDomain: string;
  /** As seen from this node, e.g. `https://172.30.0.2:6443`. */
  apiServer: string;
  /** Image of this node, from which sandboxes and port containers are made too. */
  nodeImage: string;
  /** Name of the engine network that joins the nodes. */
  network: string;
  /** Path of the engine's socket inside the node container. */
  engineSocket: string;
  /** Where the engine sees this node's data volume (mounted at `/var/lib/skiff`), for bind mounts of sibling containers. */
  dataOnEngine: string;
  /** What the node offers to pods. CPU in cores, memory in bytes. */
  capacity: { cpu: number; memory: number; pods: number };
  /** Keep ordinary pods off a control-plane node, as kubeadm does; off where not given. */
  taintControlPlane?: boolean;
}
