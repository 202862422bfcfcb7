/** The proxy's service and its endpoints: published on localhost as any load balancer is. Pure. */
import type { core, Draft, EndpointSlice, Service } from '../api/types.ts';
import { takenPorts } from '../network/localhost-ports/ports-error.ts';
import type { ProxyPorts } from './table.ts';

export const place = { name: 'skiff-ingress', namespace: 'kube-system' };
export const serviceKey = `${place.namespace}/${place.name}`;
const labels = { 'app.kubernetes.io/name': place.name, 'app.kubernetes.io/managed-by': 'skiff' };

const names: Readonly<Record<number, string>> = { 80: 'http', 443: 'https' };
const nameOf = (port: number): string => names[port] ?? `port-${port}`;

/** Where clients on this machine look next: 80 -> 8080 -> 8081, 443 -> 8443 -> 8444. */
const nextAfter = (port: number): number => (port < 1000 ? 8000 + port : port + 1);

function free(port: number, isTaken: (port: number) => boolean): number {
  let candidate = nextAfter(port);
  while (isTaken(candidate)) candidate = nextAfter(candidate);
  return candidate;
}

/**
 * The service's ports for those of the proxy. One that it has already keeps its node port; one that is taken on this
 * machine gives way to the next that is not known to be.
 */
export function portsAfter(service: Service | undefined, ports: ProxyPorts): core.ServicePort[] {
  const known = service?.spec.ports ?? [];
  const taken = service ? takenPorts(service) : new Set<string>();
  const wanted = Object.keys(ports).map(Number);
  return wanted.map((port) => {
    const old = known.find(({ name }) => name === nameOf(port));
    if (!old) return { name: nameOf(port), port, protocol: 'TCP' };
    const isTaken = (candidate: number) =>
      taken.has(`${candidate}/TCP`) || wanted.includes(candidate) || known.some((each) => each.port === candidate);
    return taken.has(`${old.port}/TCP`) ? { ...old, port: free(old.port, isTaken) } : old;
  });
}

/** The port of this machine at which a port of the proxy is reached. */
export const publishedAt = (service: Service | undefined, port: number): number =>
  service?.spec.ports?.find(({ name }) => name === nameOf(port))?.port ?? port;

/** Which ports are reached at another number, as `80 at 8080`; empty for none. */
export const movedPorts = (service: Service | undefined, ports: ProxyPorts): string[] =>
  Object.keys(ports)
    .map(Number)
    .flatMap((port) => (publishedAt(service, port) === port ? [] : [`${port} at ${publishedAt(service, port)}`]));

export const serviceFor = (ports: core.ServicePort[]): Draft<Service> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...place, labels },
  spec: { type: 'LoadBalancer', ports },
});

export const sliceFor = (
  { nodeIP, nodeName }: { nodeIP: string; nodeName: string },
  ports: ProxyPorts,
): Draft<EndpointSlice> => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...place, labels: { ...labels, 'kubernetes.io/service-name': place.name } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [nodeIP], conditions: { ready: true, serving: true, terminating: false }, nodeName }],
  ports: Object.entries(ports).map(([port, actual]) => ({ name: nameOf(Number(port)), port: actual, protocol: 'TCP' })),
});
