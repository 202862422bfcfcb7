/**
 * What a kubelet says its node and pods use: the answer of `/stats/summary`. Only what is measured is there.
 * https://github.com/kubernetes/kubelet/blob/release-1.36/pkg/apis/stats/v1alpha1/types.go
 */

export interface CPUStats {
  /** RFC 3339 with milliseconds: when it was measured. */
  time: string;
  /** Billionths of a core, since the measurement before; absent at the first. */
  usageNanoCores?: number;
  /** Nanoseconds of one core since the start. */
  usageCoreNanoSeconds: number;
}

/** In bytes. */
export interface MemoryStats {
  time: string;
  availableBytes?: number;
  usageBytes: number;
  workingSetBytes: number;
  rssBytes: number;
}

export interface FsStats {
  time: string;
  availableBytes: number;
  capacityBytes: number;
  usedBytes: number;
  inodes: number;
  inodesFree: number;
  inodesUsed: number;
}

interface Measured {
  /** RFC 3339. */
  startTime: string;
  cpu?: CPUStats;
  memory?: MemoryStats;
}

export interface ContainerStats extends Measured {
  name: string;
}

export interface PodStats extends Measured {
  podRef: { name: string; namespace: string; uid: string };
  containers: ContainerStats[];
  process_stats?: { process_count: number };
}

/** Of the whole machine; threads count. */
export interface RlimitStats {
  time: string;
  maxpid: number;
  curproc: number;
}

export interface NodeStats extends Measured {
  nodeName: string;
  fs?: FsStats;
  /** Where the engine keeps images, and what containers write. */
  runtime?: { imageFs: FsStats; containerFs: FsStats };
  rlimit?: RlimitStats;
}

export interface Summary {
  node: NodeStats;
  pods: PodStats[];
}
