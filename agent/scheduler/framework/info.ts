/**
 * Pods and nodes as plugins see them. Values that scheduling needs often are computed once.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/types.go (PodInfo, NodeInfo)
 */
import { podRequests } from '../../api/pods.ts';
import { quantityMilliValue, quantityValue } from '../../api/quantity.ts';
import type { core, Node, Pod } from '../../api/types.ts';
import { type PodTerm, podTerms, type WeightedPodTerm } from './pod-terms.ts';

/** CPU in millicores, everything else in whole units (bytes, counts). */
export type Amounts = Readonly<Record<string, number>>;

export interface PodInfo {
  pod: Pod;
  requests: Amounts;
  /** The requests with upstream's defaults (100m, 200 MB) for containers without any; only scores use them. */
  nonZeroRequests: { cpu: number; memory: number };
  hostPorts: readonly Required<Pick<core.ContainerPort, 'hostPort' | 'protocol' | 'hostIP'>>[];
  requiredAffinity: readonly PodTerm[];
  requiredAntiAffinity: readonly PodTerm[];
  preferredAffinity: readonly WeightedPodTerm[];
  preferredAntiAffinity: readonly WeightedPodTerm[];
}

export interface NodeInfo {
  readonly name: string;
  readonly node: Node;
  readonly allocatable: Amounts;
  /** The sums over `pods`. */
  readonly requested: Amounts;
  readonly nonZeroRequests: Readonly<{ cpu: number; memory: number }>;
  /** The pods by uid. */
  readonly pods: ReadonlyMap<string, PodInfo>;
  /** The pods with any term of affinity or anti-affinity. */
  readonly podsWithAffinity: ReadonlyMap<string, PodInfo>;
  readonly podsWithRequiredAntiAffinity: ReadonlyMap<string, PodInfo>;
  /** Sizes in bytes by complete image name, e.g. `docker.io/library/nginx:latest`. */
  readonly images: ReadonlyMap<string, number>;
  /** Increases with every change of the node or its pods. */
  readonly generation: number;
}

/** All nodes as of the beginning of the cycle. */
export interface Snapshot {
  /** The nodes in an order that takes zones in turn. */
  readonly nodes: readonly NodeInfo[];
  find(name: string): NodeInfo | undefined;
  /** The nodes with pods that have terms of affinity or anti-affinity, by name. */
  readonly withAffinity: ReadonlyMap<string, NodeInfo>;
  readonly withRequiredAntiAffinity: ReadonlyMap<string, NodeInfo>;
  /** How many nodes have the image. */
  nodesWithImage(name: string): number;
}

/**
 * The assumed requests of containers that request nothing.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/util/pod_resources.go
 */
const defaultCpu = 100;
const defaultMemory = 200 * 1024 * 1024;

/** Parses quantities: CPU into millicores, everything else into whole units. */
export function amountsOf(quantities: Record<string, string | undefined>): Amounts {
  const amounts: Record<string, number> = {};
  for (const [name, text] of Object.entries(quantities)) {
    amounts[name] = name === 'cpu' ? quantityMilliValue(text) : quantityValue(text);
  }
  return amounts;
}

export const priorityOf = ({ spec }: Pod): number => spec.priority ?? 0;

/** Computes what scheduling needs of a pod. */
export function podInfo(pod: Pod): PodInfo {
  const requests = amountsOf(podRequests(pod));
  const { containers, affinity } = pod.spec;
  const silent = (name: string) => containers.filter(({ resources }) => !resources?.requests?.[name]).length;
  const ports = containers.flatMap((container) => container.ports ?? []);
  return {
    pod,
    requests,
    nonZeroRequests: {
      cpu: (requests.cpu ?? 0) + silent('cpu') * defaultCpu,
      memory: (requests.memory ?? 0) + silent('memory') * defaultMemory,
    },
    hostPorts: ports.flatMap(({ hostPort, protocol = 'TCP', hostIP }) =>
      hostPort ? [{ hostPort, protocol, hostIP: hostIP || '0.0.0.0' }] : [],
    ),
    ...podTerms(pod, affinity),
  };
}
