/**
 * The health checks of load balancers that must ask only nodes with an endpoint: an HTTP server at the
 * `healthCheckNodePort` of each such service says whether this node has one.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/healthcheck/service_health.go
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { EndpointSlice, Service } from '../api/types.ts';
import { type Informer, keyOf } from '../client/informer.ts';
import { createWorkQueue } from '../client/work-queue.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { indexByService } from './slices.ts';

export interface HealthChecksOptions {
  config: { nodeName: string };
  services: Informer<Service>;
  endpointSlices: Informer<EndpointSlice>;
  /** Whether the rules of this node are those of the API. */
  isProxyHealthy(): boolean;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface HealthAnswer {
  status: 200 | 503;
  headers: Record<string, string>;
  /** JSON as upstream's: an object of `service`, `localEndpoints` and `serviceProxyHealthy`. */
  body: string;
}

/** The ready endpoints on the node; a pod with addresses of both families counts once. */
const countLocal = (slices: readonly EndpointSlice[], ownNode: string): number =>
  new Set(
    slices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ nodeName, conditions }) => nodeName === ownNode && conditions?.ready !== false)
      .map(({ addresses: [address], targetRef }) => targetRef?.uid ?? address),
  ).size;

/** `slices` are the slices of the service. Terminating endpoints do not count, so that no new client comes. */
export function healthAnswer(
  { metadata: { namespace, name } }: Service,
  slices: readonly EndpointSlice[],
  { nodeName, isProxyHealthy }: { nodeName: string; isProxyHealthy: boolean },
): HealthAnswer {
  const localEndpoints = countLocal(slices, nodeName);
  const content = { service: { namespace, name }, localEndpoints, serviceProxyHealthy: isProxyHealthy };
  return {
    status: localEndpoints > 0 && isProxyHealthy ? 200 : 503,
    headers: {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-load-balancing-endpoint-weight': String(localEndpoints),
    },
    body: JSON.stringify(content, null, '\t'),
  };
}

function portOf(service: Service | undefined): number | undefined {
  const { type, externalTrafficPolicy: policy, healthCheckNodePort: port } = service?.spec ?? {};
  return type === 'LoadBalancer' && policy === 'Local' && port ? port : undefined;
}

/** Listens on every address of the node, of both families if it has them. */
const listen = (port: number, answer: (response: ServerResponse) => void): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((_request, response) => answer(response));
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });

/** No server runs while no service needs one. A port that is taken is tried again with back-off. */
export function startHealthChecks(options: HealthChecksOptions): void {
  const { config, services, endpointSlices, clock, log, signal } = options;
  const slicesOf = indexByService(endpointSlices);
  const servers = new Map<string, { port: number; server: Server }>();

  const answer = (key: string, response: ServerResponse): void => {
    const service = services.get(key);
    if (!service) return void response.destroy();
    const place = { nodeName: config.nodeName, isProxyHealthy: options.isProxyHealthy() };
    const { status, headers, body } = healthAnswer(service, slicesOf(key), place);
    response.writeHead(status, headers).end(body);
  };
  const close = (key: string): void => {
    const { server } = servers.get(key) ?? {};
    servers.delete(key);
    server?.close();
    server?.closeAllConnections();
  };
  const queue = createWorkQueue({
    name: 'health-checks',
    clock,
    log,
    signal,
    backoff: { base: 500, max: 30_000 },
    async reconcile(key) {
      const port = portOf(services.get(key));
      if (servers.get(key)?.port === port) return;
      close(key);
      if (port === undefined) return;
      const server = await listen(port, (response) => answer(key, response));
      servers.set(key, { port, server });
      if (signal.aborted) close(key);
    },
  });
  const unsubscribe = services.onChange(({ object }) => {
    const key = keyOf(object);
    if (portOf(object) !== undefined || servers.has(key)) queue.add(key);
  });
  const end = (): void => {
    unsubscribe();
    for (const key of [...servers.keys()]) close(key);
  };
  signal.addEventListener('abort', end, { once: true });
  void Promise.all([services.synced, endpointSlices.synced]).then(() => {
    for (const service of services.list()) if (portOf(service) !== undefined) queue.add(keyOf(service));
  });
}
