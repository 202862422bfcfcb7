/** Measures what an idle cluster uses. */
import type { BenchCluster } from '../cluster.ts';
import type { Figures } from '../measurement.ts';
import { type ProcessUsage, processesOf, shimsOf } from '../processes.ts';

const sum = (usages: ProcessUsage[], of: (usage: ProcessUsage) => number): number =>
  usages.reduce((total, usage) => total + of(usage), 0);

/** Lets the cluster settle for `seconds`, then watches for as long. */
export async function measureIdle(cluster: BenchCluster, nodes: number, figures: Figures, seconds = 20): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const ids = cluster.containers('node');
  const before = processesOf(ids);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = processesOf(ids);
  const label = `idle, ${nodes} node${nodes === 1 ? '' : 's'}`;
  const cpu = ((sum(after, (usage) => usage.cpu) - sum(before, (usage) => usage.cpu)) / seconds) * 100;
  figures.add(`${label}: CPU`, '% of a core', cpu, nodes === 3 ? 3 : undefined);
  figures.add(`${label}: memory (PSS)`, 'MB', sum(after, (usage) => usage.pss) / 1e6, nodes === 3 ? 350 : undefined);
  for (const [index, usage] of after.filter((candidate) => candidate.pss > 5e6).entries()) {
    figures.add(`${label}: memory of agent ${index + 1} (PSS)`, 'MB', usage.pss / 1e6);
  }
  figures.add(`${label}: the engine's shims (PSS)`, 'MB', sum(shimsOf(ids), (usage) => usage.pss) / 1e6);
}
