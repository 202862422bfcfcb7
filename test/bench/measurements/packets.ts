/**
 * What the rules of a node cost a packet: the first one through a service among many, and a stream between the pods of
 * two nodes. The nodes are network namespaces joined by a bridge, as an engine joins its containers; so two processes
 * of the nodes' own network are what two containers on the engine's bridge are.
 */
import type { Service } from '../../../agent/api/types.ts';
import { aService, aSlice } from '../../builders/network.ts';
import type { Peer } from '../../integration/network/peer.ts';
import { obstacle, type TestNode, World } from '../../integration/network/world.ts';
import type { Figures } from '../measurement.ts';
import { quantile } from '../statistics.ts';

const connections = 2000;
const streamed = 400_000_000;

async function attach(world: World, node: TestNode, name: string): Promise<{ pod: Peer; ip: string }> {
  const pod = await world.pod(name);
  const { ip } = await node.peer.request<{ ip: string }>('attach', { sandbox: `${name}000000000000`, pid: pod.pid });
  return { pod, ip };
}

const addressOf = (index: number): string => `10.97.${index >> 8}.${index & 255}`;

const numbered = (index: number): Service =>
  aService(`s${index}`, { clusterIP: addressOf(index), ports: [{ port: 80 }] });

/** Resolves once a service answers, which is when the kernel has its rules. */
async function answers(client: Peer, host: string): Promise<void> {
  for (;;) {
    try {
      await client.request('connect', { host, port: 80, times: 1 });
      return;
    } catch (error) {
      if (!String(error).includes('ECONNREFUSED')) throw error;
    }
  }
}

/** Connects from a pod of a node to another one of it, by a service among so many. */
async function besideServices(world: World, node: TestNode, count: number): Promise<() => Promise<number[]>> {
  const client = await attach(world, node, `client-${count}`);
  const server = await attach(world, node, `server-${count}`);
  for (let index = 0; index < count; index += 1) {
    await node.peer.request('put', { kind: 'services', object: numbered(index) });
    const slice = aSlice(`s${index}`, [{ ip: server.ip, node: node.name }]);
    await node.peer.request('put', { kind: 'endpointSlices', object: slice });
  }
  const host = addressOf(count - 1);
  await answers(client.pod, host);
  return () => client.pod.request<number[]>('connect', { host, port: 80, times: connections });
}

/** One node has few services, the other many; they take turns, as both depend on what else the machine does. */
async function measureFirstPackets(figures: Figures, world: World, runs: number): Promise<void> {
  const [first, second] = world.nodes as [TestNode, TestNode];
  const few = await besideServices(world, first, 10);
  const many = await besideServices(world, second, 1000);
  await Promise.all([few(), many()]);
  for (let run = 0; run < runs; run += 1) {
    const [small, large] = [await few(), await many()];
    const ratio = (fraction: number) => (100 * quantile(large, fraction)) / quantile(small, fraction);
    figures.add('first packet through a service of 10, p99', 'ms', quantile(small, 0.99));
    figures.add('first packet through a service of 1,000: p50, of one of 10', '%', ratio(0.5));
    figures.add('first packet through a service of 1,000: p99, of one of 10', '%', ratio(0.99), 120);
  }
}

/** Says why where it cannot measure. */
export async function measurePackets(figures: Figures, runs = 3): Promise<void> {
  const missing = obstacle();
  if (missing) {
    process.stderr.write(`no packets are measured: ${missing}\n`);
    return;
  }
  const world = new World();
  await world.start();
  try {
    const [first, second] = world.nodes as [TestNode, TestNode];
    const client = await attach(world, first, 'client');
    const server = await attach(world, second, 'server');
    const plain = [await world.onNode(first, 'plain-client'), await world.onNode(second, 'plain-server')] as const;
    for (let run = 0; run < runs; run += 1) {
      const direct = await plain[0].request<number>('send', { host: second.ip, bytes: streamed });
      const routed = await client.pod.request<number>('send', { host: server.ip, bytes: streamed });
      figures.add('stream across the bridge', 'MB/s', direct / 1e6);
      figures.add(
        'stream between pods of two nodes: time, of one across the bridge',
        '%',
        (100 * direct) / routed,
        111,
      );
    }
    await measureFirstPackets(figures, world, 4 * runs + 1);
  } finally {
    await world.stop();
  }
}
