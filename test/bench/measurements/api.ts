/** Durable writes, a large list, and a watch with many watchers. */
import type { BenchClient } from '../client.ts';
import type { BenchCluster } from '../cluster.ts';
import { configMap, unscheduled } from '../manifests.ts';
import type { Figures } from '../measurement.ts';
import { processesOf } from '../processes.ts';
import { quantile, timed } from '../statistics.ts';

const namespace = '/api/v1/namespaces/default';

async function writeLoop(client: BenchClient, prefix: string, until: number, latencies: number[]): Promise<void> {
  for (let count = 0; performance.now() < until; count += 1) {
    const body = configMap(`${prefix}-${count}`);
    latencies.push(await timed(() => client.request('POST', `${namespace}/configmaps`, body)));
  }
}

/** Clients that write one config map after the other, each on a connection of its own. What they made is deleted. */
export async function writeFor(
  cluster: BenchCluster,
  clients: number,
  seconds: number,
): Promise<{ latencies: number[]; seconds: number }> {
  const sessions = Array.from({ length: clients }, () => cluster.client());
  await Promise.all(sessions.map((session) => session.request('GET', '/readyz')));
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  await Promise.all(sessions.map((session, index) => writeLoop(session, `w${clients}-${index}`, until, latencies)));
  await sessions[0]?.request('DELETE', `${namespace}/configmaps`);
  for (const session of sessions) session.close();
  return { latencies, seconds };
}

export async function measureWrites(cluster: BenchCluster, clients: number, figures: Figures): Promise<void> {
  const { latencies, seconds } = await writeFor(cluster, clients, 4);
  const label = `API writes, ${clients} client${clients === 1 ? '' : 's'}`;
  figures.add(`${label}: rate`, '1/s', latencies.length / seconds);
  figures.add(`${label}: p50`, 'ms', quantile(latencies, 0.5), clients === 1 ? 3 : undefined);
  figures.add(`${label}: p99`, 'ms', quantile(latencies, 0.99));
}

/**
 * Milliseconds of CPU that the processes of all nodes use while `work` runs, in steps of 10: a busy machine changes it
 * little.
 */
async function cpuOf(cluster: BenchCluster, work: () => Promise<void>): Promise<number> {
  const ids = cluster.containers('node');
  const seconds = () => processesOf(ids).reduce((total, { cpu }) => total + cpu, 0);
  const before = seconds();
  await work();
  return (seconds() - before) * 1000;
}

async function createUnscheduled(client: BenchClient, count: number): Promise<void> {
  for (let first = 0; first < count; first += 100) {
    const batch = Array.from({ length: 100 }, (_, index) => unscheduled(`list-${first + index}`));
    await Promise.all(batch.map((pod) => client.request('POST', `${namespace}/pods`, pod)));
  }
}

export async function measureList(cluster: BenchCluster, figures: Figures, count = 5000, runs = 5): Promise<void> {
  const client = cluster.client();
  const creating = await cpuOf(cluster, () => createUnscheduled(client, count));
  figures.add('creation of a pod: CPU', 'ms', creating / count);
  const listing = await cpuOf(cluster, async () => {
    for (let run = 0; run < runs; run += 1) {
      figures.add(`list of ${count} pods`, 'ms', await timed(() => client.request('GET', `${namespace}/pods`)));
    }
  });
  figures.add(`list of ${count} pods: CPU`, 'ms', listing / runs);
  await client.request('DELETE', `${namespace}/pods?labelSelector=bench%3Dlist`);
  client.close();
}

export async function measureFanOut(
  cluster: BenchCluster,
  figures: Figures,
  watchers = 100,
  writes = 50,
): Promise<void> {
  const sessions = Array.from({ length: 10 }, () => cluster.client());
  let seen = 0;
  let allSeen = (): void => undefined;
  const watches = Array.from({ length: watchers }, (_, index) => {
    const session = sessions[index % sessions.length];
    if (!session) throw new Error('no session');
    return session.watch(`${namespace}/configmaps?watch=true&labelSelector=bench%3Dfan`, () => {
      seen += 1;
      if (seen === watchers * writes) allSeen();
    });
  });
  await Promise.all(watches.map((watch) => watch.started));
  const done = new Promise<void>((resolve) => {
    allSeen = resolve;
  });
  const writer = cluster.client();
  const milliseconds = await timed(async () => {
    for (let count = 0; count < writes; count += 1) {
      const object = configMap(`fan-${count}`);
      await writer.request('POST', `${namespace}/configmaps`, {
        ...object,
        metadata: { ...object.metadata, labels: { bench: 'fan' } },
      });
    }
    await done;
  });
  figures.add(
    `watch fan-out to ${watchers} watchers: events delivered`,
    '1/s',
    (watchers * writes * 1000) / milliseconds,
  );
  for (const watch of watches) watch.stop();
  await writer.request('DELETE', `${namespace}/configmaps?labelSelector=bench%3Dfan`);
  for (const session of [...sessions, writer]) session.close();
}
