/**
 * Measures what a node does for its pods: starts beside those of plain containers, many pods at once, how soon a
 * container's end is known, and how exact the ticks of probes are. Times of containers are those of the engine, whose
 * clock is this machine's.
 */
import { execFileSync } from 'node:child_process';
import type { BenchClient } from '../client.ts';
import { type BenchCluster, poll } from '../cluster.ts';
import { webPod } from '../manifests.ts';
import type { Figures } from '../measurement.ts';
import { median, quantile, timed } from '../statistics.ts';
import { isReady, podIs } from './boot.ts';

const namespace = '/api/v1/namespaces/default';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

const docker = (...args: string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Starts two containers one after the other, as a pod's sandbox and its container are. Milliseconds. */
const twoContainers = (): Promise<number> =>
  timed(async () => {
    const ids = [docker('run', '-d', '--rm', 'web:1.0'), docker('run', '-d', '--rm', 'web:1.0')];
    setImmediate(() => docker('kill', ...ids.map((id) => id.trim())));
  });

/** Takes turns with plain containers, so that both see the same machine. */
export async function measureStartRatio(cluster: BenchCluster, figures: Figures, runs: number): Promise<void> {
  const client = cluster.client();
  const [pods, plain]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    const name = `beside-${run}`;
    plain.push(await twoContainers());
    pods.push(
      await timed(async () => {
        await client.request('POST', `${namespace}/pods`, webPod(name));
        await podIs(client, name, isReady);
      }),
    );
    await client.request('DELETE', `${namespace}/pods/${name}`);
  }
  client.close();
  figures.add('pod created -> Ready, in starts of two plain containers', 'x', median(pods) / median(plain), 1.3);
}

const sleeper = (seconds: number) => ({ name: 'c', image: 'busybox:1', command: ['sleep', String(seconds)] });

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      // More than fit on the workers: the control plane takes some, too.
      spec: { terminationGracePeriodSeconds: 0, tolerations: [{ operator: 'Exists' }], containers: [sleeper(3600)] },
    },
  },
});

async function readyReplicas(client: BenchClient, name: string, wanted: number, seconds: number): Promise<void> {
  await poll(async () => {
    const { status } = JSON.parse(await client.request('GET', `${deployments}/${name}`));
    if ((status.readyReplicas ?? 0) < wanted) throw new Error(`${name} has ${status.readyReplicas ?? 0} of ${wanted}`);
  }, seconds);
}

/** All at once, until they are Ready, and from the deletion until the last is gone. */
export async function measureManyPods(
  cluster: BenchCluster,
  figures: Figures,
  count: number,
  atMost?: number,
): Promise<void> {
  const client = cluster.client();
  const name = `many-${count}`;
  const up = await timed(async () => {
    await client.request('POST', deployments, deployment(name, count));
    await readyReplicas(client, name, count, 180);
  });
  const down = await timed(async () => {
    await client.request('DELETE', `${deployments}/${name}?propagationPolicy=Foreground`);
    await poll(async () => {
      const { items } = JSON.parse(await client.request('GET', `${namespace}/pods?labelSelector=app=${name}`));
      if (items.length > 0) throw new Error(`${items.length} pods are left`);
    }, 180);
  });
  client.close();
  figures.add(`${count} pods of a tiny image: created -> all Ready`, 's', up / 1000, atMost);
  figures.add(`${count} pods of a tiny image: deleted -> all gone`, 's', down / 1000);
}

/** The engine's time of the end, in milliseconds, of the container in a pod. */
function endOf(pod: string): number {
  const filters = [
    '--filter',
    `label=io.kubernetes.pod.name=${pod}`,
    '--filter',
    'label=io.kubernetes.container.name=c',
  ];
  const id = docker('ps', '-aq', ...filters).trim();
  return Date.parse(docker('inspect', '-f', '{{.State.FinishedAt}}', id).trim());
}

/** From a container's end, as the engine has it, to the event that tells a watcher of it. */
export async function measureExits(cluster: BenchCluster, figures: Figures, count: number): Promise<void> {
  const client = cluster.client();
  const told = new Map<string, number>();
  const { started, stop } = client.watch(`${namespace}/pods?watch=1&labelSelector=bench=exit`, (line) => {
    const { object } = JSON.parse(line);
    const { name } = object.metadata;
    if (object.status.phase === 'Succeeded' && !told.has(name)) told.set(name, Date.now());
  });
  await started;
  for (let i = 0; i < count; i += 1) {
    const spec = { restartPolicy: 'Never', containers: [sleeper(2 + (i % 7) / 3)] };
    await client.request('POST', `${namespace}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `exit-${i}`, labels: { bench: 'exit' } },
      spec,
    });
  }
  await poll(async () => {
    if (told.size < count) throw new Error(`${told.size} of ${count} pods have ended`);
  });
  stop();
  const delays = [...told].map(([name, at]) => at - endOf(name));
  await client.request('DELETE', `${namespace}/pods?labelSelector=bench=exit`);
  client.close();
  figures.add('container ends -> its status is watched, p99', 'ms', quantile(delays, 0.99), 150);
}

/** When nginx answered its probes, in milliseconds. */
function probesOf(pod: string): number[] {
  const filters = [
    '--filter',
    `label=io.kubernetes.pod.name=${pod}`,
    '--filter',
    'label=io.kubernetes.container.name=c',
  ];
  const lines = docker('logs', '-t', docker('ps', '-q', ...filters).trim()).split('\n');
  return lines
    .filter((line) => line.includes('kube-probe'))
    .map((line) => Date.parse(line.slice(0, line.indexOf(' '))));
}

/** How far the probes of every second are from a second apart. */
export async function measureProbeTicks(
  cluster: BenchCluster,
  figures: Figures,
  { pods, seconds }: { pods: number; seconds: number },
): Promise<void> {
  const client = cluster.client();
  const names = Array.from({ length: pods }, (_, i) => `tick-${i}`);
  for (const name of names) {
    const pod = webPod(name);
    const livenessProbe = { httpGet: { port: 80 }, periodSeconds: 1 };
    const containers = pod.spec.containers.map((container) => ({ ...container, livenessProbe }));
    await client.request('POST', `${namespace}/pods`, { ...pod, spec: { ...pod.spec, containers } });
  }
  for (const name of names) await podIs(client, name, isReady);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const errors = names.flatMap((name) =>
    probesOf(name).flatMap((at, i, all) => {
      const before = all[i - 1];
      return before === undefined ? [] : [Math.abs(at - before - 1000)];
    }),
  );
  for (const name of names) await client.request('DELETE', `${namespace}/pods/${name}`);
  client.close();
  figures.add('a probe of every second is early or late, p99', 'ms', quantile(errors, 0.99), 50);
}
