/**
 * What the control plane of one simulated node bears: durable writes beside etcd's, patches under watch, large lists,
 * many watchers, and 50,000 objects. Nothing runs in its pods, so that only the control plane works.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchClient } from '../client.ts';
import { startClient } from '../client-processes.ts';
import { BenchCluster, poll } from '../cluster.ts';
import { startEcho } from '../echo.ts';
import { startEtcd } from '../etcd.ts';
import { configMap, unscheduled } from '../manifests.ts';
import type { Figures } from '../measurement.ts';
import { agentBelow, ageOf, uptime } from '../processes.ts';
import { quantile, timed } from '../statistics.ts';
import { writeFor } from './api.ts';

const namespace = '/api/v1/namespaces/default';
const configMaps = `${namespace}/configmaps`;

async function measureDurable(cluster: BenchCluster, figures: Figures): Promise<void> {
  for (const clients of [1, 200]) {
    const { latencies, seconds } = await writeFor(cluster, clients, 4);
    const label = `${clients} client${clients === 1 ? '' : 's'}`;
    figures.add(`durable writes, ${label}: rate`, '1/s', latencies.length / seconds);
    figures.add(`durable writes, ${label}: p99`, 'ms', quantile(latencies, 0.99));
  }
}

/** The same client and a server that only stores and echoes: what Node itself takes. */
async function measureEcho(figures: Figures, seconds = 4): Promise<void> {
  const { client, close } = await startEcho();
  let writes = 0;
  for (const until = performance.now() + seconds * 1000; performance.now() < until; writes += 1) {
    await client.request('POST', '/', configMap(`w-${writes}`));
  }
  figures.add("an echo's durable writes, 1 client: rate", '1/s', writes / seconds);
  await close();
}

/** One client that puts values of the size of a stored config map, one after the other. */
async function measureEtcd(figures: Figures, seconds = 4): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-etcd-'));
  const etcd = await startEtcd(folder);
  if (!etcd) return console.error('etcd not found: there is nothing to compare durable writes with');
  const value = Buffer.alloc(900, 'x');
  let writes = 0;
  for (const until = performance.now() + seconds * 1000; performance.now() < until; writes += 1) {
    await etcd.put(`/registry/configmaps/default/w-${writes}`, value);
  }
  figures.add("etcd's durable writes, 1 client: rate", '1/s', writes / seconds);
  await etcd.close();
  rmSync(folder, { recursive: true });
}

/**
 * A thousand patches a second, with ten watchers of everything, twenty creations and fifty reads a second beside. Each
 * kind of client is a process of its own.
 */
async function measureUnderWatch(cluster: BenchCluster, figures: Figures, seconds = 5): Promise<void> {
  const { kubeconfig } = cluster;
  const client = cluster.client();
  const present: { metadata: { resourceVersion: string } } = JSON.parse(
    await client.request('GET', '/api/v1/configmaps'),
  );
  const { resourceVersion } = present.metadata;
  const watching = startClient({ act: 'watch', kubeconfig, watches: 10, resourceVersion });
  await watching.begun;
  const names = Array.from({ length: 100 }, (_, at) => `patched-${at}`);
  await Promise.all(names.map((name) => client.request('POST', configMaps, configMap(name))));
  const load = (act: 'patch' | 'create' | 'get', perSecond: number) =>
    startClient({ act, kubeconfig, perSecond, seconds, names });
  const [patching, creating, reading] = [load('patch', 1000), load('create', 20), load('get', 50)];
  const loads = [patching, creating, reading];
  await Promise.all(loads.map(({ begun }) => begun));
  for (const { proceed } of loads) proceed();
  const [patches, creations, reads] = await Promise.all([patching.outcome, creating.outcome, reading.outcome]);
  // What is under way is sent within a second, or is lost.
  await sleep(1000);
  watching.proceed();
  const { events, times } = await watching.outcome;
  const seen = new Map(times);
  const delays = creations.times.map(([name, at]) => (seen.get(name) ?? Number.POSITIVE_INFINITY) - at);
  const expected = 10 * (names.length + patches.latencies.length + creations.latencies.length);
  figures.add('1,000 patches a second, 10 watchers: rate', '1/s', patches.rate);
  figures.add('1,000 patches a second, 10 watchers: p99', 'ms', quantile(patches.latencies, 0.99));
  figures.add('... creation to event: p99', 'ms', quantile(delays, 0.99), 20);
  figures.add('... GET: p99', 'ms', quantile(reads.latencies, 0.99), 5);
  figures.add('... events lost', 'events', expected - events, 0);
  await client.request('DELETE', configMaps);
  client.close();
}

/** Milliseconds from a write to the last of the watchers that hears of it. */
async function measureManyWatchers(cluster: BenchCluster, figures: Figures, watchers = 1000): Promise<void> {
  const sessions = Array.from({ length: 20 }, () => cluster.client());
  let missing = 0;
  let allSeen = (): void => undefined;
  const watches = Array.from({ length: watchers }, (_, at) =>
    sessions[at % sessions.length]?.watch(`${configMaps}?watch=true`, () => {
      missing -= 1;
      if (missing === 0) allSeen();
    }),
  ).filter((watch) => watch !== undefined);
  await Promise.all(watches.map(({ started }) => started));
  const writer = cluster.client();
  for (let write = 0; write < 10; write += 1) {
    const delay = await timed(async () => {
      missing = watchers;
      const done = new Promise<void>((resolve) => {
        allSeen = resolve;
      });
      await writer.request('POST', configMaps, configMap(`seen-${write}`));
      await done;
    });
    figures.add(`one write to ${watchers} watchers`, 'ms', delay, 50);
  }
  for (const { stop } of watches) stop();
  for (const client of [...sessions, writer]) client.close();
}

async function createMany(client: BenchClient, path: string, count: number, object: (at: number) => unknown) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await client.request('POST', path, object(next));
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

async function measureMany(cluster: BenchCluster, figures: Figures): Promise<void> {
  const client = cluster.client();
  await createMany(client, `${namespace}/pods`, 10_000, (at) => unscheduled(`list-${at}`));
  for (let run = 0; run < 5; run += 1) {
    figures.add('list of 10,000 pods', 'ms', await timed(() => client.request('GET', `${namespace}/pods`)), 150);
  }
  await createMany(client, configMaps, 40_000, (at) => configMap(`many-${at}`));
  await sleep(30_000);
  figures.add('50,000 objects: memory (PSS)', 'MB', agentBelow(cluster.home).pss / 1e6, 600);
  client.close();
}

/** Seconds from the start of the agent's process to the first answer of its API server. */
async function readyAfterStart(cluster: BenchCluster): Promise<number> {
  const started = cluster.skiff('start', '--runtime', 'simulated', '--nodes', '1');
  const answered = await poll(async () => {
    const client = cluster.ownerClient();
    try {
      await client.request('GET', '/readyz');
    } finally {
      client.close();
    }
    return uptime();
  });
  await started;
  return ageOf(agentBelow(cluster.home).pid, answered);
}

export async function measureScale(figures: Figures): Promise<void> {
  const cluster = new BenchCluster();
  try {
    figures.add('a fresh control plane: /readyz after its process starts', 's', await readyAfterStart(cluster), 0.3);
    await measureDurable(cluster, figures);
    await measureEcho(figures);
    await measureEtcd(figures);
    await measureUnderWatch(cluster, figures);
    await measureManyWatchers(cluster, figures);
    await measureMany(cluster, figures);
    await cluster.skiff('stop');
    figures.add('50,000 objects: /readyz after its process starts', 's', await readyAfterStart(cluster), 3);
  } finally {
    await cluster.delete();
  }
}
