/** What containers use, as the engine measures it. cgroup v1 and v2 name the parts of memory differently. */
import type Docker from 'dockerode';
import type { ContainerStats, DiskUse, Usage, UsageDetail } from '../runtime.ts';
import { ask } from './engine.ts';
import { label, type Owner } from './labels.ts';

interface BlockEntry {
  major?: number;
  minor?: number;
  /** `Read`, `Write` and others; in lower case with cgroup v2. */
  op?: string;
  value?: number;
}

export interface EngineStats {
  cpu_stats?: {
    cpu_usage?: { total_usage?: number; usage_in_usermode?: number; usage_in_kernelmode?: number };
    throttling_data?: { periods?: number; throttled_periods?: number; throttled_time?: number };
  };
  pids_stats?: { current?: number };
  memory_stats?: { usage?: number; failcnt?: number; stats?: Record<string, number> };
  blkio_stats?: {
    io_service_bytes_recursive?: BlockEntry[] | null;
    io_serviced_recursive?: BlockEntry[] | null;
  };
}

/** The working set: usage without inactive file pages. */
function workingSet({ memory_stats: memory }: EngineStats): number {
  const inactive = memory?.stats?.total_inactive_file ?? memory?.stats?.inactive_file ?? 0;
  return Math.max(0, (memory?.usage ?? 0) - inactive);
}

function disksOf({ blkio_stats: io }: EngineStats): DiskUse[] {
  const disks = new Map<string, DiskUse>();
  const note = (entries: BlockEntry[] | null | undefined, fields: Readonly<Record<string, keyof DiskUse>>): void => {
    for (const { major = 0, minor = 0, op = '', value = 0 } of entries ?? []) {
      const device = `${major}:${minor}`;
      const disk = disks.get(device) ?? { device, readBytes: 0, writtenBytes: 0, reads: 0, writes: 0 };
      const field = fields[op.toLowerCase()];
      disks.set(device, field ? { ...disk, [field]: value } : disk);
    }
  };
  note(io?.io_service_bytes_recursive, { read: 'readBytes', write: 'writtenBytes' });
  note(io?.io_serviced_recursive, { read: 'reads', write: 'writes' });
  return [...disks.values()];
}

function detailOf(stats: EngineStats): UsageDetail {
  const { cpu_usage: cpu, throttling_data: throttling } = stats.cpu_stats ?? {};
  const { failcnt = 0, stats: parts = {} } = stats.memory_stats ?? {};
  return {
    cpuUser: cpu?.usage_in_usermode ?? 0,
    cpuSystem: cpu?.usage_in_kernelmode ?? 0,
    periods: throttling?.periods ?? 0,
    throttled: throttling?.throttled_periods ?? 0,
    throttledTime: throttling?.throttled_time ?? 0,
    cache: parts.total_cache ?? parts.file ?? 0,
    mappedFile: parts.total_mapped_file ?? parts.file_mapped ?? 0,
    swap: parts.total_swap ?? parts.swap ?? 0,
    pageFaults: parts.total_pgfault ?? parts.pgfault ?? 0,
    majorPageFaults: parts.total_pgmajfault ?? parts.pgmajfault ?? 0,
    limitHits: failcnt,
    disks: disksOf(stats),
  };
}

/** Pure. */
export function usageOf(stats: EngineStats): Usage & { detail: UsageDetail } {
  const { usage = 0, stats: parts } = stats.memory_stats ?? {};
  return {
    cpuUsage: stats.cpu_stats?.cpu_usage?.total_usage ?? 0,
    memory: workingSet(stats),
    memoryUsage: usage,
    rss: parts?.total_rss ?? parts?.anon ?? 0,
    processes: stats.pids_stats?.current ?? 0,
    detail: detailOf(stats),
  };
}

/** The current statistics of this node's running containers. A container that just ended is left out. */
export async function readStats(docker: Docker, owner: Owner, signal: AbortSignal): Promise<ContainerStats[]> {
  const filters = { label: [`${label.profile}=${owner.profile}`, `${label.node}=${owner.node}`] };
  const running = (await ask(docker.listContainers({ filters, abortSignal: signal }))) ?? [];
  const read = async ({ Id }: { Id: string }): Promise<ContainerStats[]> => {
    const options = { stream: false, 'one-shot': true, abortSignal: signal };
    const stats = (await ask(docker.getContainer(Id).stats(options as { stream: false }), 404, 409)) as
      | EngineStats
      | undefined;
    return stats ? [{ id: Id, ...usageOf(stats) }] : [];
  };
  return (await Promise.all(running.map(read))).flat();
}
