/** Writes sysctls of this network namespace, also where the engine mounted `/proc/sys` read-only. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * `net/` is always that of the caller's own network namespace, whichever mount it is reached through: the host's init,
 * visible because the node shares the host's PID namespace, has a writable one.
 */
const roots = ['/proc/sys', '/proc/1/root/proc/sys'];

/** Returns what could not be written, with the reason; a sysctl that this kernel lacks is not an error. */
export function writeSysctls(sysctls: [name: string, value: string][]): { name: string; error: Error }[] {
  return sysctls.flatMap(([name, value]) => {
    if (!existsSync(`${roots[0]}/${name}`)) return [];
    if (readFileSync(`${roots[0]}/${name}`, 'utf8').trim() === value) return [];
    const error = writeSomewhere(name, value);
    return error ? [{ name, error }] : [];
  });
}

function writeSomewhere(name: string, value: string): Error | undefined {
  let failure: Error | undefined;
  for (const root of roots) {
    try {
      writeFileSync(`${root}/${name}`, value);
      return undefined;
    } catch (error) {
      // The first reason is the telling one: the other root is a way around it.
      failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }
  return failure;
}
