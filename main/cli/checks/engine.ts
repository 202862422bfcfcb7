/** Checks that an engine can be used and has enough room. */
import { statfs } from 'node:fs/promises';
import { noEngine } from '../../engine/errors.ts';
import { findEngine } from '../../engine/find.ts';
import { limitationsOf } from '../../engine/limits.ts';
import type { Check, Finding } from './check.ts';

const gibibyte = 2 ** 30;
const minMemory = 2 * gibibyte;
const minDisk = 2 * gibibyte;

export const checkEngine: Check = async (_, signal) => {
  const { status, engine } = await findEngine(signal);
  if (!engine) {
    const tried = status.looked.map(({ source, endpoint, outcome }) => `${source} ${endpoint}: ${outcome}`);
    const fix = status.remedy?.command ?? status.remedy?.title;
    const { message } = noEngine(status);
    return [
      { check: 'engine', outcome: 'failed', message: [message, ...tried].join('\n    '), ...(fix ? { fix } : {}) },
    ];
  }
  const { name, endpoint, apiVersion, cgroupVersion, rootless, cpus, memory } = engine.info;
  const kind = `API ${apiVersion}, cgroup v${cgroupVersion}${rootless ? ', rootless' : ''}`;
  const size = `${cpus} CPUs, ${(memory / gibibyte).toFixed(1)} GiB`;
  return [
    { check: 'engine', outcome: 'ok', message: `${name} at ${endpoint} (${kind}, ${size})` },
    ...(memory < minMemory ? [littleMemory] : []),
    ...(await limitationsOf(engine)).map((found): Finding => ({ check: 'engine', outcome: 'warning', ...found })),
    ...(await diskFindings(await engine.dataFolder())),
  ];
};

const littleMemory: Finding = {
  check: 'memory',
  outcome: 'warning',
  message: 'the engine has less than 2 GiB of memory',
  fix: "Give the engine's virtual machine more memory.",
};

/** Only if the engine keeps its data on this machine: an engine in a virtual machine has a disk of its own. */
async function diskFindings(folder: string): Promise<Finding[]> {
  if (process.platform !== 'linux') return [];
  const disk = await statfs(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EACCES') return undefined;
    throw error;
  });
  if (!disk) return [];
  const free = disk.bavail * disk.bsize;
  const message = `${(free / gibibyte).toFixed(1)} GiB free in ${folder}`;
  if (free >= minDisk) return [{ check: 'disk', outcome: 'ok', message }];
  return [{ check: 'disk', outcome: 'warning', message, fix: 'docker system prune' }];
}
