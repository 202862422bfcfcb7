/**
 * What the processes of a profile's nodes use, as the kernel accounts for it. Needs Linux with the engine on this
 * machine.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUsage {
  pid: number;
  name: string;
  /** Proportional set size in bytes: each process counts an equal part of a shared page. */
  pss: number;
  /** CPU seconds since the start of the process. */
  cpu: number;
}

/** Fixed at 100 on every architecture that Linux supports: proc(5). */
const ticksPerSecond = 100;

const read = (pid: number, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // A process may end between the listing and the reading.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
};

function usageOf(pid: number): ProcessUsage | undefined {
  const memory = read(pid, 'smaps_rollup');
  const stat = read(pid, 'stat');
  const command = read(pid, 'cmdline');
  if (!memory || !stat || command === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    name: command.replaceAll('\0', ' ').trim(),
    pss: Number(/^Pss:\s+(\d+) kB/m.exec(memory)?.[1] ?? 0) * 1024,
    cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}

/** Processes in the control groups of these containers. */
export function processesOf(containerIds: readonly string[]): ProcessUsage[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .filter((pid) => {
      const groups = read(pid, 'cgroup') ?? '';
      return containerIds.some((id) => groups.includes(id));
    })
    .map(usageOf)
    .filter((usage) => usage !== undefined);
}

/** The engine's own process per container (its shim), which is not in the container's control group. */
export function shimsOf(containerIds: readonly string[]): ProcessUsage[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .filter((pid) => {
      const command = read(pid, 'cmdline') ?? '';
      return command.includes('shim') && containerIds.some((id) => command.includes(id));
    })
    .map(usageOf)
    .filter((usage) => usage !== undefined);
}

/** The process of the simulated nodes whose files are below `home`. */
export function agentBelow(home: string): ProcessUsage {
  const found = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .find((pid) => {
      const isAgent = read(pid, 'cmdline')?.includes('agent.js');
      return isAgent && read(pid, 'environ')?.includes(`SKIFF_DATA_FOLDER=${home}`);
    });
  const usage = found === undefined ? undefined : usageOf(found);
  if (!usage) throw new Error(`no agent below ${home}`);
  return usage;
}

/** Seconds that this machine has run, to a hundredth. */
export const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);

/** Seconds from the start of the process to a time of `uptime`, which is taken before the process is looked for. */
export function ageOf(pid: number, at: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const startedAt = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / ticksPerSecond;
  return at - startedAt;
}
