/**
 * How many processes the machine has and may have; threads count, as for the kernel.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/stats/pidlimit/pidlimit_linux.go
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';

export interface Processes {
  most: number;
  now: number;
}

/** Undefined where the kernel does not tell. */
export async function readProcesses(root = '/proc'): Promise<Processes | undefined> {
  const [ids, threads, load] = await Promise.all(
    ['sys/kernel/pid_max', 'sys/kernel/threads-max', 'loadavg'].map((file) =>
      unlessMissing(readFile(join(root, file), 'utf8')),
    ),
  );
  const limits = [ids, threads].map(Number).filter((limit) => limit > 0);
  const [, now] = /^\S+ \S+ \S+ \d+\/(\d+) /.exec(load ?? '') ?? [];
  return limits.length === 0 || now === undefined ? undefined : { most: Math.min(...limits), now: Number(now) };
}
