/**
 * Pods and nodes as plugins see them: what scheduling asks again and again is computed once.
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
  /** With upstream's defaults (100m, 200 MB) where a container names nothing; only scores use it. */
  usual: { cpu: number; memory: number };
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
  /** Sums over `pods`. */
  readonly requested: Amounts;
  readonly usual: Readonly<{ cpu: number; memory: number }>;
  /** By uid. */
  readonly pods: ReadonlyMap<string, PodInfo>;
  /** The pods among them with any term of affinity or anti-affinity. */
  readonly podsWithAffinity: ReadonlyMap<string, PodInfo>;
  readonly podsWithRequiredAntiAffinity: ReadonlyMap<string, PodInfo>;
  /** Sizes in bytes by image name. */
  readonly images: ReadonlyMap<string, number>;
  /** Grows with every change of the node or its pods. */
  readonly generation: number;
}

/** All nodes as they were when the cycle began. */
export interface Snapshot {
  /** In an order that takes zones in turn. */
  readonly nodes: readonly NodeInfo[];
  find(name: string): NodeInfo | undefined;
  /** By name: the nodes with pods that have terms of affinity or anti-affinity. */
  readonly withAffinity: ReadonlyMap<string, NodeInfo>;
  readonly withRequiredAntiAffinity: ReadonlyMap<string, NodeInfo>;
  /** How many nodes have the image. */
  nodesWithImage(name: string): number;
}

/** What containers that request nothing count for: https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/util/pod_resources.go */
const usualCpu = 100;
const usualMemory = 200 * 1024 * 1024;

export function amountsOf(quantities: Record<string, string | undefined>): Amounts {
  const amounts: Record<string, number> = {};
  for (const [name, text] of Object.entries(quantities)) {
    amounts[name] = name === 'cpu' ? quantityMilliValue(text) : quantityValue(text);
  }
  return amounts;
}

export const priorityOf = ({ spec }: Pod): number => spec.priority ?? 0;

export function podInfo(pod: Pod): PodInfo {
  const requests = amountsOf(podRequests(pod));
  const { containers, affinity } = pod.spec;
  const silent = (name: string) => containers.filter(({ resources }) => !resources?.requests?.[name]).length;
  const ports = containers.flatMap((container) => container.ports ?? []);
  return {
    pod,
    requests,
    usual: {
      cpu: (requests.cpu ?? 0) + silent('cpu') * usualCpu,
      memory: (requests.memory ?? 0) + silent('memory') * usualMemory,
    },
    hostPorts: ports.flatMap(({ hostPort, protocol = 'TCP', hostIP }) =>
      hostPort ? [{ hostPort, protocol, hostIP: hostIP || '0.0.0.0' }] : [],
    ),
    ...podTerms(pod, affinity),
  };
}
