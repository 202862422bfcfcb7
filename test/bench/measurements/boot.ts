/**
 * Measures the time from nothing to an app whose name resolves, with the node image present, and from stopped to ready
 * again.
 */
import type { BenchClient } from '../client.ts';
import { type BenchCluster, poll } from '../cluster.ts';
import { service, visitor, webPod } from '../manifests.ts';
import type { Figures } from '../measurement.ts';
import { ageOf, processesOf, uptime } from '../processes.ts';
import { timed } from '../statistics.ts';

interface PodStatus {
  status: {
    phase?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number }[];
  };
}

const pods = '/api/v1/namespaces/default/pods';

export async function podIs(client: BenchClient, name: string, check: (pod: PodStatus) => boolean): Promise<void> {
  await poll(async () => {
    const pod: PodStatus = JSON.parse(await client.request('GET', `${pods}/${name}`));
    if (!check(pod)) throw new Error(`pod ${name} is ${JSON.stringify(pod.status)}`);
  });
}

export const isReady = (pod: PodStatus): boolean =>
  pod.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** Opens a new connection each time, since a refused one stays dead. */
const connect = (cluster: BenchCluster): Promise<BenchClient> =>
  poll(async () => {
    const candidate = cluster.ownerClient();
    await candidate.request('GET', '/readyz');
    return candidate;
  });

/** Seconds from the start of the agent of the only node to a time of `uptime`. */
function ageOfAgent(cluster: BenchCluster, at: number): number {
  const agent = processesOf(cluster.containers('node')).find(({ name }) => name.includes('agent.js'));
  if (!agent) throw new Error('no agent');
  return ageOf(agent.pid, at);
}

/** The targets are for three nodes. */
export async function measureBoot(cluster: BenchCluster, nodes: number, figures: Figures): Promise<void> {
  const start = performance.now();
  const label = `boot, ${nodes} node${nodes === 1 ? '' : 's'}`;
  const reached = (what: string, atMost?: number) =>
    figures.add(`${label}: ${what}`, 's', (performance.now() - start) / 1000, nodes === 3 ? atMost : undefined);

  const returned = cluster.skiff('start', '--nodes', String(nodes)).then(() => reached('command returns'));
  const client = await connect(cluster);
  const answered = uptime();
  reached('API answers');
  const age = ageOfAgent(cluster, answered);
  if (nodes === 1) figures.add(`${label}: /readyz after the agent's process starts`, 's', age, 0.3);
  await poll(() => client.request('GET', '/api/v1/namespaces/kube-system/services/kube-dns'));
  reached('DNS service there');
  await poll(() => client.request('POST', '/api/v1/namespaces/default/services', service('app')));
  await poll(() => client.request('POST', pods, webPod('app')));
  await client.request('POST', pods, visitor('visitor', 'app'));
  await podIs(client, 'app', isReady);
  reached('app runs');
  await podIs(client, 'visitor', (pod) => pod.status.phase === 'Succeeded');
  reached('name resolves from a pod', 5);
  await returned;
  client.close();
}

/**
 * Needs the app that `measureBoot` left. Its Ready condition from before the stop must be withdrawn before a new one
 * counts.
 */
export async function measureResume(cluster: BenchCluster, nodes: number, figures: Figures): Promise<void> {
  const label = `resume after stop, ${nodes} nodes`;
  figures.add(`stop, ${nodes} nodes`, 's', (await timed(() => cluster.skiff('stop'))) / 1000);
  const start = performance.now();
  const since = (): number => (performance.now() - start) / 1000;
  const returned = cluster.skiff('start').then(() => figures.add(`${label}: command returns`, 's', since(), 2));
  const client = await connect(cluster);
  await podIs(client, 'app', (pod) => isReady(pod) && pod.status.containerStatuses?.[0]?.restartCount === 1);
  figures.add(`${label}: the app is Ready again`, 's', since());
  await returned;
  client.close();
}
