/** Writes sysctls of this network namespace, even if the engine mounted `/proc/sys` read-only. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Exec } from '../exec.ts';

const root = '/proc/sys';

export interface FailedSysctl {
  name: string;
  error: unknown;
}

/** Resolves with the sysctls that could not be written. A sysctl that this kernel lacks is not an error. */
export async function writeSysctls(sysctls: [name: string, value: string][], exec: Exec): Promise<FailedSysctl[]> {
  const failed = write(sysctls);
  if (!failed.some(({ error }) => (error as NodeJS.ErrnoException).code === 'EROFS')) return failed;
  try {
    // This remounts only the container's own mount, which CAP_SYS_ADMIN allows.
    await exec.run('mount', ['-o', 'remount,rw,bind', root]);
  } catch (error) {
    return failed.map(({ name }) => ({ name, error }));
  }
  return write(sysctls);
}

function write(sysctls: [name: string, value: string][]): FailedSysctl[] {
  return sysctls.flatMap(([name, value]) => {
    const path = `${root}/${name}`;
    if (!existsSync(path) || readFileSync(path, 'utf8').trim() === value) return [];
    try {
      writeFileSync(path, value);
      return [];
    } catch (error) {
      return [{ name, error }];
    }
  });
}
