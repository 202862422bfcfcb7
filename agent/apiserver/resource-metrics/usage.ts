/**
 * What was used between two summaries of a node. Pure.
 * https://github.com/kubernetes-sigs/metrics-server/blob/master/pkg/storage/pod.go
 */
import type { ContainerStats, NodeStats, PodStats, Summary } from '../../api/stats.ts';

export interface Usage {
  /** Billionths of a core. */
  cpu: number;
  /** The working set, in bytes. */
  memory: number;
  /** Milliseconds since the epoch: the end of the window. */
  at: number;
  /** Milliseconds. */
  window: number;
}

export interface PodUsage {
  uid: string;
  containers: { name: string; usage: Usage }[];
}

export interface NodeUsage {
  node: Usage | undefined;
  pods: PodUsage[];
}

type Measured = Pick<NodeStats | ContainerStats, 'cpu' | 'memory' | 'startTime'>;

/** A shorter window says nothing, in milliseconds. */
const shortestWindow = 500;

/** What started in between is measured from its start. Undefined if a figure is missing, or the counter went back. */
function usageBetween(before: Measured | undefined, now: Measured, since: number): Usage | undefined {
  const { cpu, memory } = now;
  if (!cpu || !memory) return undefined;
  const at = Date.parse(cpu.time);
  const known = before?.cpu && before.startTime === now.startTime ? before.cpu : undefined;
  const start = known ? Date.parse(known.time) : Date.parse(now.startTime);
  const used = cpu.usageCoreNanoSeconds - (known?.usageCoreNanoSeconds ?? 0);
  const window = at - start;
  if (start + 1000 < since || window < shortestWindow || used < 0) return undefined;
  return { cpu: Math.round((used / window) * 1000), memory: memory.workingSetBytes, at, window };
}

/** A pod of which a container was not measured is left out: its sum would be wrong. */
function podUsage(before: PodStats | undefined, now: PodStats, since: number): PodUsage[] {
  const containers = now.containers.flatMap((container) => {
    const earlier = before?.containers.find(({ name }) => name === container.name);
    const usage = usageBetween(earlier, container, since);
    return usage ? [{ name: container.name, usage }] : [];
  });
  const isWhole = containers.length > 0 && containers.length === now.containers.length;
  return isWhole ? [{ uid: now.podRef.uid, containers }] : [];
}

export function usageOf(before: Summary, now: Summary): NodeUsage {
  const since = Date.parse(before.node.cpu?.time ?? '');
  const earlier = new Map(before.pods.map((pod) => [pod.podRef.uid, pod]));
  return {
    node: usageBetween(before.node, now.node, since),
    pods: now.pods.flatMap((pod) => podUsage(earlier.get(pod.podRef.uid), pod, since)),
  };
}
