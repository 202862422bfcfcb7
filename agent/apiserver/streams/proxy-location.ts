/**
 * Where the `proxy` subresource of a node, a pod or a service leads.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/registry/core/{node,pod,service}/ (ResourceLocation)
 */
import { ApiError } from '../../api/errors.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../api/types.ts';
import { badRequest } from '../errors.ts';

export interface ProxyName {
  scheme: 'http' | 'https';
  name: string;
  /** Number or name; '' where none was given. */
  port: string;
}

/** `web`, `web:8080`, `https:web:8443`, `https:web:`. */
export function parseProxyName(text: string): ProxyName {
  const parts = text.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return { scheme: 'http', name: first, port: '' };
  if (parts.length === 2) return { scheme: 'http', name: first, port: second };
  if (parts.length === 3 && (first === 'http' || first === 'https' || first === '')) {
    return { scheme: first === 'https' ? 'https' : 'http', name: second, port: third };
  }
  throw badRequest(`invalid proxy request "${text}"`);
}

/** The address that a node's kubelet serves on, as `host:port`. */
export function kubeletAddress(node: Node, defaultPort: number): string {
  const addresses = node.status?.addresses ?? [];
  const address = ['InternalIP', 'ExternalIP', 'Hostname']
    .map((type) => addresses.find((candidate) => candidate.type === type)?.address)
    .find((candidate) => candidate);
  if (!address) throw new ApiError(500, 'InternalError', `no preferred addresses found; known addresses: []`);
  return `${address}:${node.status?.daemonEndpoints?.kubeletEndpoint?.Port || defaultPort}`;
}

export function podAddress(pod: Pod, { port }: ProxyName): string {
  const ip = pod.status?.podIP;
  if (!ip) throw badRequest(`pod ${pod.metadata.name} does not have an IP address`);
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const number =
    port === '' ? ports[0]?.containerPort : (ports.find(({ name }) => name === port)?.containerPort ?? port);
  return number === undefined ? ip : `${ip}:${number}`;
}

/** `random` is in [0, 1) and spreads requests over the endpoints. */
export function serviceAddress(
  service: Service,
  slices: readonly EndpointSlice[],
  { name, port }: ProxyName,
  random: number,
): string {
  const ports = service.spec.ports ?? [];
  const chosen = port === '' ? ports[0] : ports.find((each) => each.name === port || String(each.port) === port);
  if (!chosen) throw unavailable(`no service port "${port}" found for service "${name}"`);
  const addresses = slices.flatMap((slice) => {
    const target = (slice.ports ?? []).find((each) => (each.name ?? '') === (chosen.name ?? ''))?.port;
    const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
    return target ? ready.flatMap((endpoint) => endpoint.addresses.map((ip) => `${ip}:${target}`)) : [];
  });
  const address = addresses[Math.floor(random * addresses.length)];
  if (!address) throw unavailable(`no endpoints available for service "${name}"`);
  return address;
}

const unavailable = (message: string): ApiError => new ApiError(503, 'ServiceUnavailable', message);
