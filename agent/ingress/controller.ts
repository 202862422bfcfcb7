/**
 * The built-in ingress controller: follows Ingresses, the objects of Gateway API and what they name, and keeps the
 * proxy's table, its service on localhost and their status. Runs on the control plane. While none of them is served it
 * is idle: no thread, no service, no ports.
 */
import { isDeepStrictEqual } from 'node:util';
import { secrets as secretKind } from '../api/core/secret.ts';
import { services as serviceKind } from '../api/core/service.ts';
import { endpointSlices as sliceKind } from '../api/discovery/endpoint-slice.ts';
import { isNotFound } from '../api/errors.ts';
import { mediaType } from '../api/media-types.ts';
import { ingresses as ingressKind } from '../api/networking/ingress.ts';
import { ingressClasses } from '../api/networking/ingress-class.ts';
import type { KindSource } from '../api/registry.ts';
import type { Ingress } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import type { Informers } from '../client/informer.ts';
import { createWorkQueue } from '../client/work-queue.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { indexByService } from '../network/slices.ts';
import { followGateways, type Gateways } from './gateway/controller.ts';
import { tableOf } from './listeners.ts';
import { movedPorts, place, portsAfter, publishedAt, serviceFor, serviceKey, sliceFor } from './published.ts';
import { ingressParts, isOurs } from './routes.ts';
import type { ProxyPorts, RoutingTable } from './table.ts';
import type { IngressThread, IngressThreadOptions } from './thread.ts';

export interface IngressOptions {
  /** `sourceIP`: the address from which the proxy speaks to pods, by which network policies know it. */
  config: { nodeIP: string; nodeName: string; sourceIP?: string };
  client: Client;
  informers: Informers;
  /** What the cluster serves: says when the kinds of Gateway API come and go. */
  kinds: KindSource;
  startThread(options: IngressThreadOptions): IngressThread;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const key = 'ingress';
const gatherDelay = 10;

async function ignoreMissing(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Runs until the signal aborts. */
export function startIngress(options: IngressOptions): void {
  const { clock, log, signal } = options;
  const followed = follow(options.informers);
  const { ingresses, classes, services, secrets, endpointSlices } = followed;
  const touch = (): void => queue.addAfter(key, gatherDelay);
  const gateways = followGateways({ ...options, touch });
  const controller = new IngressController(options, followed, gateways, touch);
  const queue = createWorkQueue({
    name: key,
    clock,
    log,
    signal,
    backoff: { base: 200, max: 30_000 },
    reconcile: () => controller.reconcile(),
  });
  const touchIfServing = (): void => {
    if (controller.isServing) touch();
  };
  ingresses.onChange(touch);
  classes.onChange(touch);
  for (const informer of [services, secrets, endpointSlices]) informer.onChange(touchIfServing);
  signal.addEventListener('abort', () => controller.stop(), { once: true });
  const all = [ingresses, classes, services, secrets, endpointSlices];
  void Promise.all(all.map(({ synced }) => synced)).then(touch);
}

/** The objects that the table is made of. */
const follow = (informers: Informers) => {
  const endpointSlices = informers.for(sliceKind);
  return {
    ingresses: informers.for(ingressKind),
    classes: informers.for(ingressClasses),
    services: informers.for(serviceKind),
    secrets: informers.for(secretKind),
    endpointSlices,
    slicesOf: indexByService(endpointSlices),
  };
};

class IngressController {
  readonly #options: IngressOptions;
  readonly #followed: ReturnType<typeof follow>;
  readonly #gateways: Gateways;
  readonly #again: () => void;
  #thread: IngressThread | undefined;
  /** What the thread goes by, and where it listens therefore. */
  #running: { table: RoutingTable; ports: ProxyPorts } | undefined;

  constructor(options: IngressOptions, followed: ReturnType<typeof follow>, gateways: Gateways, again: () => void) {
    this.#options = options;
    this.#followed = followed;
    this.#gateways = gateways;
    this.#again = again;
  }

  get isServing(): boolean {
    return this.#thread !== undefined;
  }

  async reconcile(): Promise<void> {
    const { ingresses, classes, services, secrets, slicesOf } = this.#followed;
    const ours = ingresses.list().filter((ingress) => isOurs(ingress, classes));
    const service = services.get(serviceKey);
    const moved = movedPorts(service, this.#running?.ports ?? {});
    const plan = this.#gateways.plan({ services, secrets, slicesOf }, { hosts: this.#addresses(), moved });
    const parts = ingressParts({ ingresses: ours, classes, services, secrets, slicesOf }, publishedAt(service, 443));
    const table = tableOf([...parts, ...(plan?.parts ?? [])]);
    if (table.length === 0) await this.#withdraw();
    else await this.#publish(await this.#apply(table));
    await Promise.all(ours.map((ingress) => this.#showAddress(ingress)));
    if (plan) await this.#gateways.writeStatuses(plan);
  }

  /** Where the proxy is reached. */
  #addresses(): string[] {
    const shown = this.#followed.services.get(serviceKey)?.status?.loadBalancer?.ingress ?? [];
    return shown.flatMap(({ hostname }) => hostname ?? []);
  }

  async #apply(table: RoutingTable): Promise<ProxyPorts> {
    if (this.#running && isDeepStrictEqual(table, this.#running.table)) return this.#running.ports;
    this.#thread ??= this.#start();
    const ports = await this.#thread.update(table);
    this.#running = { table, ports };
    return ports;
  }

  stop(): void {
    this.#thread?.stop();
    this.#thread = undefined;
    this.#running = undefined;
  }

  #start(): IngressThread {
    const { config, clock, log, startThread } = this.#options;
    return startThread({
      host: config.nodeIP,
      sourceIP: config.sourceIP,
      now: clock.now(),
      log: (message) => log.warn('The ingress proxy reports a problem', { message }),
      onEnd: (error) => {
        log.error('The ingress proxy has ended, will restart it', { error });
        this.stop();
        this.#again();
      },
    });
  }

  async #publish(ports: ProxyPorts): Promise<void> {
    const { client, config, signal } = this.#options;
    const { services, endpointSlices } = this.#followed;
    const service = services.get(serviceKey);
    const servicePorts = portsAfter(service, ports);
    if (!service) {
      const made = await client.resource(serviceKind).create(serviceFor(servicePorts), signal);
      await services.caughtUp(made, signal);
    } else if (!isDeepStrictEqual(service.spec.ports, servicePorts)) {
      const body = { spec: { ports: servicePorts } };
      const { name, namespace } = place;
      const patched = await client.resource(serviceKind).patch(name, namespace, mediaType.mergePatch, body, {}, signal);
      await services.caughtUp(patched, signal);
    }
    const wanted = sliceFor(config, ports);
    const known = endpointSlices.get(serviceKey);
    if (known && isDeepStrictEqual([known.endpoints, known.ports], [wanted.endpoints, wanted.ports])) return;
    const slices = client.resource(sliceKind);
    const written = known
      ? await slices.update({ ...known, endpoints: wanted.endpoints, ports: wanted.ports }, signal)
      : await slices.create(wanted, signal);
    await endpointSlices.caughtUp(written, signal);
  }

  /** With the last ingress and gateway everything of the proxy goes. */
  async #withdraw(): Promise<void> {
    const { client, signal } = this.#options;
    const { services, endpointSlices } = this.#followed;
    this.stop();
    if (services.get(serviceKey))
      await ignoreMissing(client.resource(serviceKind).delete(place.name, place.namespace, {}, signal));
    if (endpointSlices.get(serviceKey))
      await ignoreMissing(client.resource(sliceKind).delete(place.name, place.namespace, {}, signal));
  }

  /** Only what is not as clients expect is shown: the ports of this machine where they are not 80 and 443. */
  #ports(): { ports?: { port: number; protocol: string }[] } {
    const service = this.#followed.services.get(serviceKey);
    if (movedPorts(service, { 80: 0, 443: 0 }).length === 0) return {};
    return { ports: [80, 443].map((port) => ({ port: publishedAt(service, port), protocol: 'TCP' })) };
  }

  async #showAddress({ metadata, status }: Ingress): Promise<void> {
    const { client, signal } = this.#options;
    const wanted = this.#addresses().map((hostname) => ({ hostname, ...this.#ports() }));
    const shown = status?.loadBalancer?.ingress;
    if (isDeepStrictEqual(shown ?? [], wanted)) return;
    const body = { status: { loadBalancer: { ingress: wanted.length > 0 ? wanted : null } } };
    await client
      .resource(ingressKind)
      .patch(metadata.name, metadata.namespace, mediaType.mergePatch, body, { subresource: 'status' }, signal);
  }
}
