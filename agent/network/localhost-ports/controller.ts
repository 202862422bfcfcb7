/**
 * NodePort and LoadBalancer services on the user's own localhost: one tiny container per service publishes its ports on
 * 127.0.0.1 and forwards connections to a node. It runs in the control plane, so the host needs no daemon.
 */

import { isDeepStrictEqual } from 'node:util';
import { withCondition } from '../../api/conditions.ts';
import type { Kind } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import type { EndpointSlice, Node, Service } from '../../api/types.ts';
import type { ResourceClient } from '../../client/client.ts';
import { type Informer, keyOf } from '../../client/informer.ts';
import type { Recorder } from '../../client/recorder.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { type Clock, pause, timestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { indexByService, serviceKeyOf } from '../slices.ts';
import { type PortEngine, PortTakenError } from './engine.ts';
import { adviceFor, holderOf, isOurLoadBalancer, nodeFor, type PublishedPort, planPorts, portsOf } from './plan.ts';
import { portsError } from './ports-error.ts';

export interface LocalhostPortsOptions {
  config: { nodeIP: string };
  client: { resource(kind: Kind<Service>): Pick<ResourceClient<Service>, 'patch'> };
  /** The declaration of the core/v1 Service. */
  kind: Kind<Service>;
  services: Informer<Service>;
  endpointSlices: Informer<EndpointSlice>;
  nodes: Informer<Node>;
  engine: PortEngine;
  recorder: Recorder;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Milliseconds until the next attempt to publish a port that was taken. */
const firstRetry = 2_000;
const lastRetry = 60_000;

/** Runs until the signal aborts. The containers stay, because the nodes may only be restarting. */
export function startLocalhostPorts(options: LocalhostPortsOptions): void {
  const { services, endpointSlices, nodes, signal, clock, log } = options;
  const controller = new LocalhostPorts(options, indexByService(endpointSlices));
  const queue = createWorkQueue({
    name: 'localhost-ports',
    clock,
    log,
    signal,
    concurrency: 4,
    backoff: { base: 200, max: 30_000 },
    reconcile: async (key) => {
      const again = await controller.reconcile(key);
      if (again !== undefined) queue.addAfter(key, again);
    },
  });
  const unsubscribe = [
    services.onChange(({ type, object, old }) => {
      // What this controller says of the ports is no reason to try them again at once.
      if (type !== 'updated' || !isDeepStrictEqual(publishedIn(object), publishedIn(old))) queue.add(keyOf(object));
    }),
    // Endpoints matter only to services that are reached through a node with an endpoint.
    endpointSlices.onChange(({ object }) => {
      const key = serviceKeyOf(object);
      if (key && services.get(key)?.spec.externalTrafficPolicy === 'Local') queue.add(key);
    }),
  ];
  signal.addEventListener('abort', () => unsubscribe.forEach((end) => void end()), { once: true });
  void followEngine(options, async () => {
    await Promise.all([services.synced, endpointSlices.synced, nodes.synced]);
    for (const key of await controller.known()) queue.add(key);
    for (const service of services.list()) queue.add(keyOf(service));
    return queue.add;
  });
}

/**
 * Follows the ends of port containers. Each time the engine becomes reachable, all services are checked, because events
 * may have been missed.
 */
async function followEngine(
  { engine, clock, log, signal }: LocalhostPortsOptions,
  resync: () => Promise<(key: string) => void>,
): Promise<void> {
  for (let delay = 500; !signal.aborted; delay = Math.min(delay * 2, 30_000)) {
    try {
      const ended = await engine.watchEnds(signal);
      const add = await resync();
      for await (const key of ended) {
        delay = 500;
        add(key);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn('Lost the container engine, will retry', { error });
    }
    await pause(clock, delay, signal);
  }
}

class LocalhostPorts {
  readonly #options: LocalhostPortsOptions;
  readonly #slicesOf: (key: string) => EndpointSlice[];
  /** Services that may have containers. Other services cost no call to the engine. */
  readonly #published = new Set<string>();
  readonly #retries = new Map<string, number>();

  constructor(options: LocalhostPortsOptions, slicesOf: (key: string) => EndpointSlice[]) {
    this.#options = options;
    this.#slicesOf = slicesOf;
  }

  async known(): Promise<string[]> {
    for (const { service } of await this.#options.engine.list(undefined, this.#options.signal))
      this.#published.add(service);
    return [...this.#published];
  }

  /** Resolves with the milliseconds until the next attempt, if a port was taken. */
  async reconcile(key: string): Promise<number | undefined> {
    const { services, nodes, engine, config, signal } = this.#options;
    const service = services.get(key);
    const wanted = service ? portsOf(service, nodeFor(service, this.#slicesOf(key), nodes, config.nodeIP)) : [];
    let failed: PublishedPort[] = [];
    if (wanted.length > 0 || this.#published.has(key)) {
      this.#published.add(key);
      const { remove, missing } = planPorts(wanted, await engine.list(key, signal));
      await Promise.all(remove.map((id) => engine.remove(id, signal)));
      failed = service ? await this.#publish(service, missing) : [];
      if (wanted.length === 0) this.#published.delete(key);
    }
    if (service) await this.#updateStatus(service, wanted, failed);
    if (failed.length > 0) return this.#nextRetry(key);
    this.#retries.delete(key);
    return undefined;
  }

  /** Publishes all ports in one container, except for ports that are taken. Returns the ports that were taken. */
  async #publish(service: Service, ports: PublishedPort[]): Promise<PublishedPort[]> {
    if (ports.length === 0) return [];
    const { engine, signal } = this.#options;
    // Ports of other services are left out at once: the engine's message does not say whose they are.
    let failed = await this.#held(service, ports);
    for (;;) {
      const remaining = ports.filter((port) => !failed.includes(port));
      if (remaining.length === 0) return failed;
      try {
        await engine.run(keyOf(service), remaining, signal);
        return failed;
      } catch (error) {
        const taken =
          error instanceof PortTakenError ? remaining.filter(({ hostPort }) => hostPort === error.port) : [];
        if (taken.length === 0) {
          this.#recordEvent(service, `Could not publish the service on localhost, will retry: ${String(error)}`);
          throw error;
        }
        // Another service may have been faster.
        const held = await this.#held(service, taken);
        for (const port of taken) if (!held.includes(port)) this.#recordEvent(service, adviceFor(port, undefined));
        failed = [...failed, ...taken];
      }
    }
  }

  /** Those of the ports that other services have, each told of in an event. */
  async #held(service: Service, ports: PublishedPort[]): Promise<PublishedPort[]> {
    const holders = await this.#options.engine.holders(this.#options.signal);
    return ports.filter((port) => {
      const holder = holderOf(port, keyOf(service), holders);
      if (holder) this.#recordEvent(service, adviceFor(port, holder));
      return holder !== undefined;
    });
  }

  #recordEvent(service: Service, message: string): void {
    this.#options.recorder.event(service, 'Warning', 'LocalhostPortUnavailable', message);
  }

  #nextRetry(key: string): number {
    const delay = this.#retries.get(key) ?? firstRetry;
    this.#retries.set(key, Math.min(delay * 2, lastRetry));
    return delay;
  }

  #conditionsAfter(service: Service, failed: PublishedPort[]) {
    const known = service.status?.conditions;
    const error = portsError(service, failed, timestamp(this.#options.clock.now()));
    return error ? withCondition(known, error) : known;
  }

  /** Shows `localhost` as the service's external address while at least one port is published there. */
  async #updateStatus(service: Service, wanted: PublishedPort[], failed: PublishedPort[]): Promise<void> {
    const { client, kind, signal, recorder } = this.#options;
    const own = isOurLoadBalancer(service) ? wanted.filter((port) => isOwnPort(service, port)) : [];
    const answers = own.some((port) => !failed.includes(port));
    const ingress = service.status?.loadBalancer?.ingress ?? [];
    const isShown = ingress.length === 1 && ingress[0]?.hostname === 'localhost';
    const conditions = this.#conditionsAfter(
      service,
      own.filter((port) => failed.includes(port)),
    );
    if (answers === isShown && isDeepStrictEqual(conditions, service.status?.conditions)) return;
    const status = {
      loadBalancer: { ingress: answers ? [{ hostname: 'localhost' }] : null },
      ...(conditions ? { conditions } : {}),
    };
    await client
      .resource(kind)
      .patch(
        service.metadata.name,
        service.metadata.namespace,
        mediaType.mergePatch,
        { status },
        { subresource: 'status' },
        signal,
      );
    if (answers && !isShown) recorder.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  }
}

/** What decides which ports are published, and what is shown of them. */
const publishedIn = ({ spec, status }: Service) => [spec, status?.loadBalancer?.ingress ?? []];

const isOwnPort = (service: Service, { hostPort }: PublishedPort): boolean =>
  (service.spec.ports ?? []).some(({ port }) => port === hostPort);
