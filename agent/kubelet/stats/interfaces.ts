/**
 * What went over the network interfaces of a process's network namespace.
 * https://docs.kernel.org/filesystems/proc.html#networking-info-in-proc-net
 */
import { readFile } from 'node:fs/promises';
import { isMissing } from '../../missing-file.ts';

/** One direction of an interface. */
export interface Traffic {
  bytes: number;
  packets: number;
  errors: number;
  dropped: number;
}

export interface InterfaceCounters {
  name: string;
  received: Traffic;
  sent: Traffic;
}

const trafficOf = ([bytes = 0, packets = 0, errors = 0, dropped = 0]: number[]): Traffic => ({
  bytes,
  packets,
  errors,
  dropped,
});

/** All but the loopback interface. Pure. */
export const parseInterfaces = (text: string): InterfaceCounters[] =>
  text
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(0, colon)).trim();
      if (name === '' || name === 'lo') return [];
      const counters = line
        .slice(colon + 1)
        .trim()
        .split(/ +/)
        .map(Number);
      return [{ name, received: trafficOf(counters), sent: trafficOf(counters.slice(8)) }];
    });

/** None of a process that has ended. Undefined stands for this process itself. */
export async function readInterfaces(pid: number | undefined): Promise<InterfaceCounters[]> {
  try {
    return parseInterfaces(await readFile(`/proc/${pid ?? 'self'}/net/dev`, 'utf8'));
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'EINVAL') return [];
    throw error;
  }
}
