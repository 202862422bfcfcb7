/** What this node and its pods use, measured when somebody asks. */
import { statfs } from 'node:fs/promises';
import type { FsStats, Summary } from '../../api/stats.ts';
import type { Pod } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { NodeConfig } from '../../node-config.ts';
import type { RuntimeCache } from '../runtime/cache.ts';
import type { Runtime, Usage } from '../runtime/runtime.ts';
import type { InterfaceCounters } from './interfaces.ts';
import { readProcesses } from './processes.ts';
import { createSampler } from './sampler.ts';
import { type DiskFacts, type RunningPod, summarize } from './summary.ts';

export interface StatsOptions {
  config: Pick<NodeConfig, 'nodeName' | 'nodeImage' | 'capacity'>;
  runtime: Pick<Runtime, 'stats' | 'listImages'>;
  ownUsage(): Promise<Usage>;
  readInterfaces(pid: number | undefined): Promise<InterfaceCounters[]>;
  cache: Pick<RuntimeCache, 'allSandboxes' | 'containers'>;
  informer: Informer<Pod>;
  dataFolder: string;
  clock: Clock;
  startedAt: number;
}

/** `withDisk`: with the use of the node's disk and process ids as well. Rejects if the runtime does not answer. */
export type ReadSummary = (options: { withDisk: boolean }, signal: AbortSignal) => Promise<Summary>;

async function diskUsage(folder: string, now: number): Promise<FsStats> {
  const { blocks, bsize, bavail, bfree, files, ffree } = await statfs(folder);
  return {
    time: new Date(now).toISOString(),
    availableBytes: bavail * bsize,
    capacityBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodes: files,
    inodesFree: ffree,
    inodesUsed: files - ffree,
  };
}

export interface Stats {
  summary: ReadSummary;
  /** The answer of `/metrics/cadvisor`. */
  containerMetrics(signal: AbortSignal): Promise<string>;
}

export function createStats(options: StatsOptions): Stats {
  const { config, runtime, cache, informer, dataFolder, readInterfaces, startedAt } = options;
  const sample = createSampler(options);

  const runningPods = (): RunningPod[] =>
    cache
      .allSandboxes()
      .filter(({ state }) => state === 'ready')
      .map((sandbox) => {
        const { name, namespace, uid } = sandbox.pod;
        const pod = informer.get(`${namespace}/${name}`);
        const containers = cache.containers(uid).filter(({ state }) => state === 'running');
        return { identity: sandbox.pod, sandbox, containers, ...(pod?.metadata.uid === uid ? { pod } : {}) };
      });

  const readDisk = async (now: number, signal: AbortSignal): Promise<DiskFacts> => {
    const [fs, images, processes] = await Promise.all([
      diskUsage(dataFolder, now),
      runtime.listImages(signal),
      readProcesses(),
    ]);
    const imageBytes = images.reduce((sum, { size }) => sum + size, 0);
    return { fs, imageBytes, ...(processes ? { processes } : {}) };
  };

  return {
    async summary({ withDisk }, signal) {
      const sampled = await sample(signal);
      const disk = withDisk ? await readDisk(sampled.now.at, signal) : undefined;
      return summarize(sampled, {
        nodeName: config.nodeName,
        memoryCapacity: config.capacity.memory,
        startedAt,
        pods: runningPods(),
        ...(disk ? { disk } : {}),
      });
    },
    async containerMetrics(signal) {
      const [{ containerMetrics }, { now }] = await Promise.all([import('./container-metrics.ts'), sample(signal)]);
      const pods = runningPods();
      const attached = pods.map(({ sandbox }) => sandbox).filter(({ hostNetwork, pid }) => !hostNetwork && pid > 0);
      const counters = attached.map(async ({ id, pid }) => [id, await readInterfaces(pid)] as const);
      const [fs, nodeInterfaces, interfaces] = await Promise.all([
        diskUsage(dataFolder, now.at),
        readInterfaces(undefined),
        Promise.all(counters),
      ]);
      const { capacity, nodeImage: sandboxImage } = config;
      const measured = { sample: now, pods, fs, nodeInterfaces, interfaces: new Map(interfaces) };
      return containerMetrics({ ...measured, capacity, startedAt, sandboxImage });
    },
  };
}
