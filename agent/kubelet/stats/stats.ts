/** What this node and its pods use, measured when somebody asks. */
import { statfs } from 'node:fs/promises';
import type { FsStats, Summary } from '../../api/stats.ts';
import type { Pod } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { NodeConfig } from '../../node-config.ts';
import type { RuntimeCache } from '../runtime/cache.ts';
import type { Runtime, Usage } from '../runtime/runtime.ts';
import { createSampler } from './sampler.ts';
import { type RunningPod, summarize } from './summary.ts';

export interface StatsOptions {
  config: Pick<NodeConfig, 'nodeName' | 'capacity'>;
  runtime: Pick<Runtime, 'stats'>;
  ownUsage(): Promise<Usage>;
  cache: Pick<RuntimeCache, 'allSandboxes' | 'containers'>;
  informer: Informer<Pod>;
  dataFolder: string;
  clock: Clock;
  startedAt: number;
}

/** `withDisk`: with the use of the node's disk as well. Rejects if the runtime does not answer. */
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

export function createStats(options: StatsOptions): ReadSummary {
  const { config, cache, informer, dataFolder, startedAt } = options;
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

  return async ({ withDisk }, signal) => {
    const sampled = await sample(signal);
    const fs = withDisk ? await diskUsage(dataFolder, sampled.now.at) : undefined;
    return summarize(sampled, {
      nodeName: config.nodeName,
      memoryCapacity: config.capacity.memory,
      startedAt,
      pods: runningPods(),
      ...(fs ? { fs } : {}),
    });
  };
}
