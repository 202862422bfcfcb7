/** Two nodes and a machine outside, as network namespaces joined by a bridge. Needs root and the kernel's tools. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeNetwork } from '../../../agent/node-config.ts';
import { aNodeAt } from '../../builders/network.ts';
import { Peer } from './peer.ts';

const here = import.meta.dirname;
const lan = `sk-lan-${process.pid}`;

/** Why this machine cannot run these tests; undefined where it can. */
export function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const missing = ['/sbin/ip', '/usr/sbin/nft', '/usr/bin/nsenter', '/usr/bin/unshare'].find(
    (path) => !existsSync(path),
  );
  return missing && `${missing} is not installed`;
}

export interface TestNode {
  name: string;
  ip: string;
  podCIDR: string;
  /** Of the second family, in a world of two. */
  others: readonly NodeNetwork[];
  namespace: string;
  /** Where its allocations are kept. */
  directory: string;
  peer: Peer;
}

const ip = (...args: string[]): string => execFileSync('/sbin/ip', args, { encoding: 'utf8' });
const inside = (namespace: string, ...command: string[]): string[] => [
  '/sbin/ip',
  'netns',
  'exec',
  namespace,
  ...command,
];
const run = (command: string[]): string => execFileSync(command[0] ?? '', command.slice(1), { encoding: 'utf8' });

/** What the nodes follow. */
export type WorldKind = 'services' | 'endpointSlices' | 'nodes' | 'policies' | 'namespaces' | 'pods';

export const outsideIP = '172.31.77.1';
const outsideIPv6 = 'fd00:77::1';

/** What the nodes have of IPv6. */
export const ofIPv6 = (index: number): NodeNetwork => ({
  nodeIP: `fd00:77::${index + 1}`,
  podCIDR: `fd00:244:0:${index}::/64`,
  clusterCIDR: 'fd00:244::/48',
  serviceCIDR: 'fd00:96::/112',
});

export class World {
  readonly nodes: TestNode[] = [];
  readonly #othersOf: readonly ((index: number) => NodeNetwork)[];
  readonly #pods: Peer[] = [];

  /** What a node has of each family beside IPv4. */
  constructor(othersOf: readonly ((index: number) => NodeNetwork)[] = []) {
    this.#othersOf = othersOf;
  }

  /** Where the processes of the world listen: any address of each of its families. */
  get #hosts(): string[] {
    return ['0.0.0.0', ...this.#othersOf.map(() => '::')];
  }

  async start(): Promise<void> {
    ip('netns', 'add', lan);
    ip('-n', lan, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', lan, 'address', 'add', `${outsideIP}/24`, 'dev', 'br0');
    for (const _of of this.#othersOf) ip('-n', lan, 'address', 'add', `${outsideIPv6}/64`, 'dev', 'br0', 'nodad');
    ip('-n', lan, 'link', 'set', 'br0', 'up');
    ip('-n', lan, 'link', 'set', 'lo', 'up');
    for (const index of [1, 2]) this.#addNode(index);
    await Promise.all(this.nodes.map((node) => this.boot(node)));
  }

  #addNode(index: number): void {
    const node = {
      name: `n${index}`,
      ip: `172.31.77.${index + 1}`,
      podCIDR: `10.244.${index}.0/24`,
      others: this.#othersOf.map((of) => of(index)),
      namespace: `sk-n${index}-${process.pid}`,
      directory: mkdtempSync(join(tmpdir(), 'skiff-network-')),
    };
    this.#makeNamespace(node);
    this.nodes.push({ ...node, peer: this.#launch(node.namespace) });
  }

  #makeNamespace({ namespace, ip: address, name, others }: Omit<TestNode, 'peer'>): void {
    ip('netns', 'add', namespace);
    ip('-n', lan, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    ip('-n', lan, 'link', 'set', name, 'master', 'br0', 'up');
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    for (const { nodeIP } of others) ip('-n', namespace, 'address', 'add', `${nodeIP}/64`, 'dev', 'eth0', 'nodad');
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'via', outsideIP);
    for (const _of of others) ip('-n', namespace, 'route', 'add', 'default', 'via', outsideIPv6);
  }

  #launch = (namespace: string): Peer => new Peer(inside(namespace, process.execPath, join(here, 'node.ts')));

  async boot({ name, ip: nodeIP, podCIDR, others, directory, peer }: TestNode): Promise<void> {
    const first = { nodeIP, podCIDR, clusterCIDR: '10.244.0.0/16', serviceCIDR: '10.96.0.0/12' };
    for (const node of this.nodes) {
      await peer.request('put', { kind: 'nodes', object: aNodeAt(node.name, node.ip, node.podCIDR, node.others) });
    }
    await peer.request('start', {
      config: { nodeName: name, networks: [first, ...others], dnsIP: '10.96.0.10', clusterDomain: 'cluster.local' },
      directory,
    });
  }

  /** As a restart of the node container: its namespace, and with it every link, is gone; its volume is not. */
  async restart(node: TestNode): Promise<void> {
    await node.peer.kill();
    ip('-n', lan, 'link', 'delete', node.name);
    ip('netns', 'delete', node.namespace);
    this.#makeNamespace(node);
    node.peer = this.#launch(node.namespace);
    await this.boot(node);
  }

  /** As `kill -9` of the agent: its namespace lives on. */
  async restartAgent(node: TestNode): Promise<void> {
    await node.peer.kill();
    node.peer = this.#launch(node.namespace);
    await this.boot(node);
  }

  /** Not attached yet. */
  async pod(name: string): Promise<Peer> {
    const peer = new Peer(['/usr/bin/unshare', '-n', process.execPath, join(here, 'pod.ts'), name, ...this.#hosts]);
    this.#pods.push(peer);
    // The answer to anything tells that `unshare` has become the pod's process.
    await peer.request('fetch', { times: 0 });
    return peer;
  }

  /** A process on the machine outside the cluster. */
  async outsider(name: string): Promise<Peer> {
    const peer = new Peer(inside(lan, process.execPath, join(here, 'pod.ts'), name, ...this.#hosts));
    this.#pods.push(peer);
    await peer.request('fetch', { times: 0 });
    return peer;
  }

  /** A process on a node's own network. */
  async onNode(node: TestNode | undefined, name: string): Promise<Peer> {
    if (!node) throw new Error('no such node');
    const peer = new Peer(inside(node.namespace, process.execPath, join(here, 'pod.ts'), name, ...this.#hosts));
    this.#pods.push(peer);
    await peer.request('fetch', { times: 0 });
    return peer;
  }

  async put(kind: WorldKind, object: unknown): Promise<void> {
    await Promise.all(this.nodes.map(({ peer }) => peer.request('put', { kind, object })));
  }

  async remove(kind: WorldKind, key: string): Promise<void> {
    await Promise.all(this.nodes.map(({ peer }) => peer.request('remove', { kind, key })));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pods, ...this.nodes.map(({ peer }) => peer)].map((peer) => peer.kill()));
    for (const name of [lan, ...this.nodes.map(({ namespace }) => namespace)]) {
      if (run(['/sbin/ip', 'netns', 'list']).includes(name)) ip('netns', 'delete', name);
    }
    for (const { directory } of this.nodes) rmSync(directory, { recursive: true, force: true });
  }
}
