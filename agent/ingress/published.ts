/** The proxy's service and its endpoints: published on localhost as any load balancer is. Pure. */
import type { core, Draft, EndpointSlice, Service } from '../api/types.ts';
import type { ProxyPorts } from './table.ts';

export const place = { name: 'skiff-ingress', namespace: 'kube-system' };
export const serviceKey = `${place.namespace}/${place.name}`;
const labels = { 'app.kubernetes.io/name': place.name, 'app.kubernetes.io/managed-by': 'skiff' };

const names: Readonly<Record<number, string>> = { 80: 'http', 443: 'https' };
const nameOf = (port: number): string => names[port] ?? `port-${port}`;

/** The service's ports; one that it has already keeps its node port. */
export const portsAfter = (known: readonly core.ServicePort[] | undefined, ports: ProxyPorts): core.ServicePort[] =>
  Object.keys(ports)
    .map(Number)
    .map((port) => known?.find((each) => each.port === port) ?? { name: nameOf(port), port, protocol: 'TCP' });

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
