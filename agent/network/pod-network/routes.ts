/** Routes to the pods of other nodes: each pod CIDR of a node is routed through that node's address of its family. */
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { familyOfAddress } from '../../api/addresses.ts';
import type { Node } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Exec } from '../exec.ts';
import { isOf, termsOf } from '../families.ts';
import { lostRoutes } from './route-table.ts';

export interface NodeRoutesOptions {
  config: { nodeName: string };
  nodes: Informer<Node>;
  exec: Exec;
  /** What `/proc/net/route` says, and after it `/proc/net/ipv6_route`. */
  readTable?: () => Promise<string>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const podCIDRsOf = ({ spec: { podCIDR, podCIDRs } }: Node): readonly string[] => podCIDRs ?? (podCIDR ? [podCIDR] : []);

/** Pod CIDR -> address of its node, for all nodes except our own. */
export function routesTo(nodes: Node[], ownName: string): Map<string, string> {
  const routes = new Map<string, string>();
  for (const node of nodes) {
    if (node.metadata.name === ownName) continue;
    for (const cidr of podCIDRsOf(node)) {
      const family = termsOf(cidr);
      const address = node.status?.addresses?.find((each) => each.type === 'InternalIP' && isOf(family, each.address));
      if (address) routes.set(cidr, address.address);
    }
  }
  return routes;
}

/** Lines for `ip -batch`; '' if nothing changes. */
export function routeChange(from: Map<string, string>, to: Map<string, string>): string {
  const gone = [...from.keys()].filter((cidr) => !to.has(cidr)).map((cidr) => `route delete ${cidr}\n`);
  const fresh = [...to]
    .filter(([cidr, address]) => from.get(cidr) !== address)
    .map(([cidr, address]) => `route replace ${cidr} via ${address}\n`);
  return [...gone, ...fresh].join('');
}

const retryAfter = 1_000;
/** Milliseconds between two looks whether the kernel still has the routes. */
const lookEvery = 5_000;

/** A kernel without IPv6 lacks the second file. */
const readKernelTable = async (): Promise<string> =>
  (await readFile('/proc/net/route', 'utf8')) +
  (existsSync('/proc/net/ipv6_route') ? await readFile('/proc/net/ipv6_route', 'utf8') : '');

/**
 * Makes this node ask for the other node's hardware address, which also tells the other node ours. A restarted node may
 * have a new hardware address, and the others would use the old one for half a minute. Nothing listens on the port.
 */
function announceTo(address: string): void {
  const socket = createSocket(familyOfAddress(address) === 'IPv6' ? 'udp6' : 'udp4');
  // A failure does not matter: an unreachable node has no stale address of ours.
  socket.on('error', () => socket.close());
  socket.send('', 9, address, (error) => error || socket.close());
}

/** Resolves once the routes to the initially known nodes exist; follows the nodes until the signal aborts. */
export function startNodeRoutes(options: NodeRoutesOptions): { ready: Promise<void> } {
  const { nodes, config, exec, readTable = readKernelTable, clock, log, signal } = options;
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  let applied = new Map<string, string>();
  let running = false;

  const sync = async (): Promise<void> => {
    // Node statuses change every few seconds; only a change of routes runs a command.
    for (;;) {
      const wanted = routesTo(nodes.list(), config.nodeName);
      const input = routeChange(applied, wanted);
      if (!input) return;
      // `-force`: a route that is already gone must not keep the others from being set.
      await exec.run('ip', ['-force', '-batch', '-'], { input, signal });
      for (const address of wanted.values()) if (![...applied.values()].includes(address)) announceTo(address);
      applied = wanted;
    }
  };
  const turn = async (): Promise<void> => {
    if (running || signal.aborted) return;
    running = true;
    try {
      await sync();
      resolve();
    } catch (error) {
      if (signal.aborted) return;
      log.error('Failed to set routes to other nodes, will retry', { error });
      // It is unknown which routes were set; replacing a route twice does no harm.
      applied = new Map([...applied].filter(([cidr]) => !routesTo(nodes.list(), config.nodeName).has(cidr)));
      clock.after(retryAfter, () => void turn());
    } finally {
      running = false;
    }
  };
  const look = async (): Promise<void> => {
    try {
      const lost = new Set(lostRoutes(applied, await readTable()));
      if (lost.size === 0 || running) return;
      log.info('Routes to other nodes are gone, and are set again', { routes: [...lost] });
      applied = new Map([...applied].filter(([cidr]) => !lost.has(cidr)));
      await turn();
    } catch (error) {
      log.error('Cannot see the routes to other nodes', { error });
    } finally {
      if (!signal.aborted) clock.after(lookEvery, () => void look());
    }
  };
  const unsubscribe = nodes.onChange(() => void turn());
  signal.addEventListener('abort', unsubscribe, { once: true });
  void nodes.synced.then(turn).then(look);
  return { ready };
}
