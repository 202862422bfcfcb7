/**
 * The summary of what a node and its pods use, from two samples. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/server/stats/summary.go
 */
import type { ContainerStats, CPUStats, FsStats, MemoryStats, NodeStats, PodStats, Summary } from '../../api/stats.ts';
import type { Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { PodIdentity, RuntimeContainer, RuntimeSandbox, Usage } from '../runtime/runtime.ts';
import type { Processes } from './processes.ts';
import type { Sampled } from './sampler.ts';

/** A pod that runs on this node. */
export interface RunningPod {
  identity: PodIdentity;
  /** Absent if the API does not have it any more. */
  pod?: Pod;
  sandbox: RuntimeSandbox;
  /** Those that run. */
  containers: readonly RuntimeContainer[];
}

/** What costs more to find out. */
export interface DiskFacts {
  fs: FsStats;
  /** The sum of the images' sizes in bytes; layers that images share count for each, as upstream. */
  imageBytes: number;
  processes?: Processes;
}

export interface SummaryFacts {
  nodeName: string;
  /** Bytes. */
  memoryCapacity: number;
  /** When this agent started, in milliseconds since the epoch. */
  startedAt: number;
  pods: readonly RunningPod[];
  disk?: DiskFacts;
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

interface Counter {
  now: number;
  /** Undefined if it was not seen then. */
  before?: number | undefined;
  /** When it was 0, in milliseconds since the epoch; absent where that was long ago. */
  since?: number;
}

/** Billionths of a core; undefined if there is nothing to compare with. */
function rate({ now, before }: Sampled, counter: Counter): number | undefined {
  if (!before) return undefined;
  const { since = 0 } = counter;
  const [from, at] = counter.before === undefined ? [0, since] : [counter.before, before.at];
  const milliseconds = now.at - at;
  if (at < before.at || milliseconds <= 0 || counter.now < from) return undefined;
  return Math.round(((counter.now - from) / milliseconds) * 1000);
}

function cpuOf(sampled: Sampled, counter: Counter): CPUStats {
  const usageNanoCores = rate(sampled, counter);
  return {
    time: time(sampled.now.at),
    ...(usageNanoCores === undefined ? {} : { usageNanoCores }),
    usageCoreNanoSeconds: counter.now,
  };
}

const memoryOf = ({ now }: Sampled, { memoryUsage, memory, rss }: Usage): MemoryStats => ({
  time: time(now.at),
  usageBytes: memoryUsage,
  workingSetBytes: memory,
  rssBytes: rss,
});

export const nothing: Usage = { cpuUsage: 0, memory: 0, memoryUsage: 0, rss: 0, processes: 0 };

export const add = (left: Usage, right: Usage): Usage => ({
  cpuUsage: left.cpuUsage + right.cpuUsage,
  memory: left.memory + right.memory,
  memoryUsage: left.memoryUsage + right.memoryUsage,
  rss: left.rss + right.rss,
  processes: left.processes + right.processes,
});

function containerStats(sampled: Sampled, { id, name, startedAt }: RuntimeContainer): ContainerStats {
  const usage = sampled.now.containers.get(id);
  const base = { name, startTime: timestamp(startedAt) };
  if (!usage) return base;
  const before = sampled.before?.containers.get(id)?.cpuUsage;
  return {
    ...base,
    cpu: cpuOf(sampled, { now: usage.cpuUsage, before, since: startedAt }),
    memory: memoryOf(sampled, usage),
  };
}

/** A pod's counter goes back when one of its containers restarts; it then has no rate until the next sample. */
function podStats(sampled: Sampled, { identity, pod, sandbox, containers }: RunningPod): PodStats {
  const ids = [sandbox.id, ...containers.map(({ id }) => id)];
  const sum = (of: ReadonlyMap<string, Usage> | undefined): Usage =>
    ids.flatMap((id) => of?.get(id) ?? []).reduce(add, nothing);
  const usage = sum(sampled.now.containers);
  const earlier = sampled.before?.containers;
  const before = ids.some((id) => earlier?.has(id)) ? sum(earlier).cpuUsage : undefined;
  const { name, namespace, uid } = identity;
  return {
    podRef: { name, namespace, uid },
    startTime: pod?.status?.startTime ?? timestamp(sandbox.createdAt),
    containers: containers.map((container) => containerStats(sampled, container)),
    cpu: cpuOf(sampled, { now: usage.cpuUsage, before, since: sandbox.createdAt }),
    memory: memoryOf(sampled, usage),
    ...(usage.processes > 0 ? { process_stats: { process_count: usage.processes } } : {}),
  };
}

/** Containers that have ended count for the node as well. */
export const nodeCpu = ({ own, containers, gone }: Sampled['now']): number =>
  [...containers.values()].reduce((sum, { cpuUsage }) => sum + cpuUsage, own.cpuUsage + gone);

/**
 * The engine keeps images and containers on one disk, so both are told alike.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/stats/cadvisor_stats_provider.go (ImageFsStats)
 */
function diskStats({ fs, imageBytes, processes }: DiskFacts, now: string): Partial<NodeStats> {
  const imageFs = { ...fs, usedBytes: imageBytes };
  return {
    fs,
    runtime: { imageFs, containerFs: imageFs },
    ...(processes ? { rlimit: { time: now, maxpid: processes.most, curproc: processes.now } } : {}),
  };
}

export function summarize(sampled: Sampled, facts: SummaryFacts): Summary {
  const { now, before } = sampled;
  const usage = [...now.containers.values()].reduce(add, now.own);
  const memory = memoryOf(sampled, usage);
  const availableBytes = Math.max(0, facts.memoryCapacity - memory.workingSetBytes);
  return {
    node: {
      nodeName: facts.nodeName,
      startTime: timestamp(facts.startedAt),
      cpu: cpuOf(sampled, { now: nodeCpu(now), before: before && nodeCpu(before) }),
      memory: { ...memory, availableBytes },
      ...(facts.disk ? diskStats(facts.disk, time(now.at)) : {}),
    },
    pods: facts.pods.map((pod) => podStats(sampled, pod)),
  };
}
