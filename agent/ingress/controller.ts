/**
 * The built-in ingress controller: follows Ingresses and what they name, and keeps the proxy's table, its service on
 * localhost and the ingresses' status. Runs on the control plane. While no ingress is served it is idle: no thread, no
 * service, no ports.
 */
import { isDeepStrictEqual } from 'node:util';
import { secrets as secretKind } from '../api/core/secret.ts';
import { services as serviceKind } from '../api/core/service.ts';
import { endpointSlices as sliceKind } from '../api/discovery/endpoint-slice.ts';
import { isNotFound } from '../api/errors.ts';
import { mediaType } from '../api/media-types.ts';
import { ingresses as ingressKind } from '../api/networking/ingress.ts';
import { ingressClasses } from '../api/networking/ingress-class.ts';
import type { Draft, EndpointSlice, Ingress, Service } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import type { Informers } from '../client/informer.ts';
import { createWorkQueue } from '../client/work-queue.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { indexByService } from '../network/slices.ts';
import { isOurs, tableOf } from './routes.ts';
import type { IngressPorts } from './server.ts';
import type { RoutingTable } from './table.ts';
import type { IngressThread, IngressThreadOptions } from './thread.ts';

export interface IngressOptions {
  config: { nodeIP: string; nodeName: string };
  client: Client;
  informers: Informers;
  startThread(options: IngressThreadOptions): IngressThread;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const key = 'ingress';
const gatherDelay = 10;
const place = { name: 'skiff-ingress', namespace: 'kube-system' };
const serviceKey = `${place.namespace}/${place.name}`;
const labels = { 'app.kubernetes.io/name': 'skiff-ingress', 'app.kubernetes.io/managed-by': 'skiff' };

/** Published on localhost as any load balancer is. */
const service: Draft<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...place, labels },
  spec: {
    type: 'LoadBalancer',
    ports: [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'https', port: 443, protocol: 'TCP' },
    ],
  },
};

const sliceFor = ({ nodeIP, nodeName }: IngressOptions['config'], ports: IngressPorts): Draft<EndpointSlice> => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...place, labels: { ...labels, 'kubernetes.io/service-name': place.name } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [nodeIP], conditions: { ready: true, serving: true, terminating: false }, nodeName }],
  ports: [
    { name: 'http', port: ports.http, protocol: 'TCP' },
    { name: 'https', port: ports.https, protocol: 'TCP' },
  ],
});

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
  const controller = new IngressController(options, followed, () => queue.add(key));
  const queue = createWorkQueue({
    name: key,
    clock,
    log,
    signal,
    backoff: { base: 200, max: 30_000 },
    reconcile: () => controller.reconcile(),
  });
  const touch = (): void => queue.addAfter(key, gatherDelay);
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
  readonly #again: () => void;
  #thread: IngressThread | undefined;
  /** What the thread goes by. */
  #table: RoutingTable | undefined;

  constructor(options: IngressOptions, followed: ReturnType<typeof follow>, again: () => void) {
    this.#options = options;
    this.#followed = followed;
    this.#again = again;
  }

  get isServing(): boolean {
    return this.#thread !== undefined;
  }

  async reconcile(): Promise<void> {
    const { ingresses, classes, services, secrets, slicesOf } = this.#followed;
    const ours = ingresses.list().filter((ingress) => isOurs(ingress, classes));
    if (ours.length === 0) return this.#withdraw();
    this.#thread ??= this.#start();
    const ports = await this.#thread.ports;
    const table = tableOf({ ingresses: ours, classes, services, secrets, slicesOf });
    if (!isDeepStrictEqual(table, this.#table)) this.#thread.update(table);
    this.#table = table;
    await this.#publish(ports);
    await Promise.all(ours.map((ingress) => this.#showAddress(ingress)));
  }

  stop(): void {
    this.#thread?.stop();
    this.#thread = undefined;
    this.#table = undefined;
  }

  #start(): IngressThread {
    const { config, clock, log, startThread } = this.#options;
    return startThread({
      host: config.nodeIP,
      now: clock.now(),
      log: (message) => log.warn('The ingress proxy reports a problem', { message }),
      onEnd: (error) => {
        log.error('The ingress proxy has ended, will restart it', { error });
        this.stop();
        this.#again();
      },
    });
  }

  async #publish(ports: IngressPorts): Promise<void> {
    const { client, config, signal } = this.#options;
    const { services, endpointSlices } = this.#followed;
    if (!services.get(serviceKey)) {
      const made = await client.resource(serviceKind).create(service, signal);
      await services.caughtUp(made, signal);
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

  /** With the last ingress everything of it goes. */
  async #withdraw(): Promise<void> {
    const { client, signal } = this.#options;
    const { services, endpointSlices } = this.#followed;
    this.stop();
    if (services.get(serviceKey))
      await ignoreMissing(client.resource(serviceKind).delete(place.name, place.namespace, {}, signal));
    if (endpointSlices.get(serviceKey))
      await ignoreMissing(client.resource(sliceKind).delete(place.name, place.namespace, {}, signal));
  }

  async #showAddress({ metadata, status }: Ingress): Promise<void> {
    const { client, signal } = this.#options;
    const { services } = this.#followed;
    const wanted = services.get(serviceKey)?.status?.loadBalancer?.ingress?.map(({ hostname }) => ({ hostname }));
    const shown = status?.loadBalancer?.ingress;
    if (isDeepStrictEqual(shown ?? [], wanted ?? [])) return;
    const body = { status: { loadBalancer: { ingress: wanted ?? null } } };
    await client
      .resource(ingressKind)
      .patch(metadata.name, metadata.namespace, mediaType.mergePatch, body, { subresource: 'status' }, signal);
  }
}
