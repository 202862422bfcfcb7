/** CPU and memory of this process, as the footer shows them. */
import { readFile } from 'node:fs/promises';
import type { Usage } from '../contract/app.ts';

let before = { at: performance.now(), cpu: process.cpuUsage() };
let cores = 0;

/** The proportional set size where Linux reports it: each process counts its share of shared pages. */
async function memory(): Promise<number> {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const rollup = await readFile('/proc/self/smaps_rollup', 'utf8');
  const kilobytes = /^Pss:\s+(\d+)/m.exec(rollup)?.[1];
  return kilobytes ? Number(kilobytes) * 1024 : process.memoryUsage.rss();
}

/** Cores used since the last call. A call within a second of the last one gets the same answer. */
export async function measureSelf(): Promise<Usage> {
  const at = performance.now();
  if (at - before.at >= 1_000) {
    const { user, system } = process.cpuUsage(before.cpu);
    cores = (user + system) / 1_000 / (at - before.at);
    before = { at, cpu: process.cpuUsage() };
  }
  return { cpu: cores, memory: await memory() };
}
