/** What the nodes use of the machine. Pods belong to the user and are not counted. */
import type { Usage } from '../contract/app.ts';
import type { Engine } from '../engine/engine.ts';
import { labels } from './names.ts';

interface Sample {
  /** Nanoseconds. */
  cpu: number;
  at: number;
}

const before = new Map<string, Sample>();

/** Cores used since the last call, so that the first call returns 0. */
export async function measureContainers(engine: Engine, label: string, signal: AbortSignal): Promise<Usage> {
  const containers = await engine.containers([label, `${labels.role}=node`], signal);
  const running = containers.filter(({ State }) => State === 'running');
  const usages = await Promise.all(running.map(({ Id }) => measureOne(engine, Id)));
  return {
    cpu: usages.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: usages.reduce((sum, { memory }) => sum + memory, 0),
  };
}

async function measureOne(engine: Engine, id: string): Promise<Usage> {
  const stats = await engine.stats(id);
  const now: Sample = { cpu: stats.cpu_stats.cpu_usage.total_usage, at: performance.now() };
  const last = before.get(id);
  before.set(id, now);
  const files = stats.memory_stats.stats?.inactive_file ?? stats.memory_stats.stats?.total_inactive_file ?? 0;
  return {
    cpu: last && now.at > last.at ? (now.cpu - last.cpu) / 1e6 / (now.at - last.at) : 0,
    memory: Math.max(0, (stats.memory_stats.usage ?? 0) - files),
  };
}
