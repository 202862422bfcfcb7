/**
 * Nodes and what runs on them, kept up to date by every change instead of being rebuilt. A placement is computed within
 * one turn of the event loop, so it sees one state and needs no copy of it (upstream's snapshot).
 */
import { podRequests } from '../api/pods.ts';
import { quantityMilliValue, quantityValue } from '../api/quantity.ts';
import type { Node, Pod } from '../api/types.ts';
import type { Amounts, NodeInfo, PodInfo } from './framework.ts';

/** Upstream's defaults for containers that request nothing: https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/util/pod_resources.go */
const usualCpu = 100;
const usualMemory = 200 * 1024 * 1024;

function amountsOf(quantities: Record<string, string | undefined>): Amounts {
  const amounts: Record<string, number> = {};
  for (const [name, text] of Object.entries(quantities)) {
    amounts[name] = name === 'cpu' ? quantityMilliValue(text) : quantityValue(text);
  }
  return amounts;
}

export function podInfo(pod: Pod): PodInfo {
  const requests = amountsOf(podRequests(pod));
  const { containers } = pod.spec;
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
  };
}

interface Entry extends NodeInfo {
  requested: Record<string, number>;
  pods: Map<string, PodInfo>;
}

const emptyEntry = (name: string): Entry => ({
  name,
  allocatable: {},
  requested: {},
  usual: { cpu: 0, memory: 0 },
  pods: new Map(),
  images: new Map(),
});

function count(entry: Entry, { requests, usual }: PodInfo, sign: 1 | -1): void {
  for (const [name, amount] of Object.entries(requests)) {
    entry.requested[name] = (entry.requested[name] ?? 0) + sign * amount;
  }
  entry.usual.cpu += sign * usual.cpu;
  entry.usual.memory += sign * usual.memory;
}

export interface SchedulerCache {
  nodes(): Iterable<NodeInfo>;
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** Counts the pod on its node; also for one that is only assumed to be there. Replaces what was known by its uid. */
  setPod(pod: Pod, nodeName: string): void;
  removePod(uid: string): void;
}

export function createCache(): SchedulerCache {
  const entries = new Map<string, Entry>();
  const nodeOfPod = new Map<string, string>();

  const entryFor = (name: string): Entry => {
    const known = entries.get(name);
    if (known) return known;
    const entry = emptyEntry(name);
    entries.set(name, entry);
    return entry;
  };

  const removePod = (uid: string): void => {
    const entry = entries.get(nodeOfPod.get(uid) ?? '');
    const info = entry?.pods.get(uid);
    nodeOfPod.delete(uid);
    if (!entry || !info) return;
    entry.pods.delete(uid);
    count(entry, info, -1);
    if (!entry.node && entry.pods.size === 0) entries.delete(entry.name);
  };

  return {
    nodes: () => entries.values(),
    setNode(node) {
      const entry = entryFor(node.metadata.name);
      entry.node = node;
      entry.allocatable = amountsOf((node.status?.allocatable ?? {}) as Record<string, string>);
      const images = node.status?.images ?? [];
      entry.images = new Map(images.flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes])));
    },
    removeNode(name) {
      const entry = entries.get(name);
      if (!entry) return;
      if (entry.pods.size === 0) entries.delete(name);
      else entry.node = undefined;
    },
    setPod(pod, nodeName) {
      const { uid, generation } = pod.metadata;
      const entry = entryFor(nodeName);
      const known = entry.pods.get(uid);
      if (known && known.pod.metadata.generation === generation) {
        // Only its status has changed, which happens far more often than anything else.
        entry.pods.set(uid, { ...known, pod });
        return;
      }
      removePod(uid);
      entries.set(nodeName, entry);
      const info = podInfo(pod);
      entry.pods.set(uid, info);
      nodeOfPod.set(uid, nodeName);
      count(entry, info, 1);
    },
    removePod,
  };
}
