/**
 * What the node's own container uses, from its control group, which it sees at the usual place.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html and https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';
import type { Usage } from '../runtime/runtime.ts';

/** The number behind a name in a file of lines `name number`; 0 where it is not there. */
const valueIn = (text: string | undefined, name: string): number =>
  Number(
    (text ?? '')
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? 0,
  );

interface Files {
  cpu: string;
  memory: string;
  memoryStat: string;
  nanoseconds(cpu: string): number;
  inactive: string;
  rss: string;
}

const version2: Files = {
  cpu: 'cpu.stat',
  memory: 'memory.current',
  memoryStat: 'memory.stat',
  nanoseconds: (text) => valueIn(text, 'usage_usec') * 1000,
  inactive: 'inactive_file',
  rss: 'anon',
};

const version1: Files = {
  cpu: 'cpuacct/cpuacct.usage',
  memory: 'memory/memory.usage_in_bytes',
  memoryStat: 'memory/memory.stat',
  nanoseconds: Number,
  inactive: 'total_inactive_file',
  rss: 'total_rss',
};

async function readGroup(root: string, files: Files): Promise<Usage | undefined> {
  const [cpu, memory, stat] = await Promise.all(
    [files.cpu, files.memory, files.memoryStat].map((file) => unlessMissing(readFile(join(root, file), 'utf8'))),
  );
  if (cpu === undefined || memory === undefined) return undefined;
  const memoryUsage = Number(memory);
  return {
    cpuUsage: files.nanoseconds(cpu),
    memoryUsage,
    memory: Math.max(0, memoryUsage - valueIn(stat, files.inactive)),
    rss: valueIn(stat, files.rss),
    processes: 0,
  };
}

/** This process alone, where the container does not see its control group. */
function processUsage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  return { cpuUsage: (user + system) * 1000, memoryUsage: rss, memory: rss, rss, processes: 1 };
}

export const readOwnUsage = async (root = '/sys/fs/cgroup'): Promise<Usage> =>
  (await readGroup(root, version2)) ?? (await readGroup(root, version1)) ?? processUsage();
