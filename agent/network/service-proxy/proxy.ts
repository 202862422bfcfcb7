/** Keeps the kernel's service rules in line with the Services and EndpointSlices of the API. */
import type { EndpointSlice, Node, Service } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import { keyOf } from '../../client/informer.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Exec } from '../exec.ts';
import { termsOf } from '../families.ts';
import { indexByService, serviceKeyOf } from '../slices.ts';
import { followFlows } from './flows.ts';
import { renderAll, renderChange } from './render.ts';
import { RuleBook, type RulesChange } from './rule-book.ts';
import { type ProxyNode, rulesFor } from './rules.ts';

export interface ServiceProxyOptions {
  config: Omit<ProxyNode, 'zone'>;
  /** The node's own label says its zone. */
  nodes: Informer<Node>;
  services: Informer<Service>;
  endpointSlices: Informer<EndpointSlice>;
  exec: Exec;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface ServiceProxy {
  /** Resolves when the kernel has the first rules. */
  ready: Promise<void>;
  /** Whether the last attempt to give the kernel its rules succeeded. */
  isHealthy(): boolean;
}

/**
 * How long to gather events, in milliseconds: a Pod that becomes Ready moves its slice, a Service comes with its
 * slices.
 */
const gatherDelay = 3;
/** The pause between two transactions, in milliseconds, so that many changes cannot take the node's CPU. */
const transactionPause = 10;
const firstRetry = 500;
const lastRetry = 30_000;

/**
 * Follows services and endpoint slices, for the family of the `clusterCIDR`, until the signal aborts. Failed
 * transactions are retried with back-off.
 */
export function startServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { nodes, services, endpointSlices, clock, log, signal, config } = options;
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const terms = termsOf(config.clusterCIDR);
  const book = new RuleBook(terms);
  const dirty = new Set<string>();
  /** Whether the kernel has the rules of the book, but for the changes that are still to come. */
  let isApplied = false;
  /** Changes whose flows are still to be forgotten, once the kernel has them. */
  const changes: RulesChange[] = [];
  let scheduled = false;
  let isHealthy = false;
  let retry = firstRetry;

  const forgetFlows = followFlows(options, terms);
  const slicesOf = indexByService(endpointSlices);
  const zoneNow = () => nodes.get(config.nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];
  let zone: string | undefined;
  const rulesAt = (key: string) => {
    const service = services.get(key);
    return service && rulesFor(service, slicesOf(key), { ...config, zone });
  };

  const apply = async (): Promise<void> => {
    const change = book.replace(new Map([...dirty].map((key) => [key, rulesAt(key)])));
    dirty.clear();
    changes.push(change);
    const text = isApplied ? renderChange(change.from, change.to) : renderAll(book.all());
    if (text) {
      isApplied = false;
      await options.exec.run('nft', ['-f', '-'], { input: text, signal });
    }
    isApplied = true;
    for (const each of changes.splice(0)) await forgetFlows(each);
  };

  const schedule = (delay: number): void => {
    if (scheduled || signal.aborted) return;
    scheduled = true;
    clock.after(delay, () => void turn());
  };
  /** `scheduled` stays set during a transaction, so that two never overlap. */
  const turn = async (): Promise<void> => {
    let next = transactionPause;
    try {
      await apply();
      retry = firstRetry;
      isHealthy = true;
      resolve();
    } catch (error) {
      if (signal.aborted) return;
      isHealthy = false;
      log.error('Failed to sync service rules, will retry', { error });
      next = retry;
      retry = Math.min(retry * 2, lastRetry);
    }
    clock.after(next, () => {
      scheduled = false;
      if (dirty.size > 0 || !isApplied) schedule(0);
    });
  };

  const touch = (key: string | undefined): void => {
    if (!key) return;
    dirty.add(key);
    if (started) schedule(gatherDelay);
  };
  const touchAll = (): void => {
    zone = zoneNow();
    for (const service of services.list()) dirty.add(keyOf(service));
    schedule(0);
  };
  let started = false;
  const unsubscribe = [
    nodes.onChange(() => started && zone !== zoneNow() && touchAll()),
    services.onChange(({ object }) => touch(keyOf(object))),
    endpointSlices.onChange(({ object, old }) => {
      touch(serviceKeyOf(object));
      if (old && serviceKeyOf(old) !== serviceKeyOf(object)) touch(serviceKeyOf(old));
    }),
  ];
  signal.addEventListener('abort', () => unsubscribe.forEach((end) => void end()), { once: true });
  // Rules from incomplete lists would refuse connections that worked before the agent restarted.
  void Promise.all([nodes.synced, services.synced, endpointSlices.synced]).then(() => {
    started = true;
    touchAll();
  });
  return { ready, isHealthy: () => isHealthy };
}
