/** What is left of the machine's memory and processes, and of the disk with the node's data. */
import { readFile, statfs } from 'node:fs/promises';
import { unlessMissing } from '../../missing-file.ts';
import type { Disk } from '../images/garbage.ts';
import { readProcesses } from '../stats/processes.ts';
import type { Observation } from './thresholds.ts';

interface Memory {
  total: number;
  available: number;
}

/** In bytes; undefined where the kernel does not tell. */
async function readMemory(): Promise<Memory | undefined> {
  const text = await unlessMissing(readFile('/proc/meminfo', 'utf8'));
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.split(/[: ]+/));
  const bytesOf = (name: string) => Number(lines.find(([given]) => given === name)?.[1] ?? 0) * 1024;
  return { total: bytesOf('MemTotal'), available: bytesOf('MemAvailable') };
}

/**
 * What a node that offers `capacity` bytes has left. Measuring its pods costs an engine some work, so they are measured
 * only while all programs of the machine together use enough to fill the node.
 */
export async function memoryLeft(
  { total, available }: Memory,
  capacity: number,
  podsUse: () => Promise<number>,
): Promise<number> {
  const used = total - available;
  const couldFill = capacity < total && used > capacity - 100 * 2 ** 20;
  return couldFill ? Math.min(available, capacity - (await podsUse())) : available;
}

export interface SignalOptions {
  dataFolder: string;
  capacity: { memory: number };
  /** What the node's pods and its agent use, in bytes. */
  podsUse(): Promise<number>;
}

/** The disk of a folder. */
export async function readDisk(folder: string): Promise<Disk> {
  const { blocks, bsize, bavail } = await statfs(folder);
  return { capacity: blocks * bsize, available: Math.min(bavail, blocks) * bsize };
}

/** Some file systems do not count inodes. */
export async function readSignals({ dataFolder, capacity, podsUse }: SignalOptions): Promise<Observation[]> {
  const [memory, disk, processes] = await Promise.all([readMemory(), statfs(dataFolder), readProcesses()]);
  const left = memory && (await memoryLeft(memory, capacity.memory, podsUse));
  const { blocks, bsize, bavail, files, ffree } = disk;
  return [
    ...(left === undefined
      ? []
      : [{ signal: 'memory.available' as const, capacity: capacity.memory, available: left }]),
    { signal: 'nodefs.available', capacity: blocks * bsize, available: bavail * bsize },
    ...(files > 0 ? [{ signal: 'nodefs.inodesFree' as const, capacity: files, available: ffree }] : []),
    ...(processes
      ? [
          {
            signal: 'pid.available' as const,
            capacity: processes.most,
            available: Math.max(0, processes.most - processes.now),
          },
        ]
      : []),
  ];
}
