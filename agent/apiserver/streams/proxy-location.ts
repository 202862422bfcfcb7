/**
 * Where the `proxy` subresource of a node, a pod or a service leads.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/{node,pod,service}/ (ResourceLocation)
 */
import { BlockList, isIP } from 'node:net';
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

const unproxyable = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 32],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const) {
  unproxyable.addSubnet(network, bits, 'ipv4');
  unproxyable.addSubnet(`::ffff:${network}`, 96 + bits, 'ipv6');
}
for (const [network, bits] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  unproxyable.addSubnet(network, bits, 'ipv6');
}

/**
 * What is only the server's own (itself, its link, a cloud's metadata service) is not for whoever may write a pod's
 * status.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/util/utils.go (IsProxyableIP)
 */
export const isProxyable = (ip: string): boolean =>
  isIP(ip) !== 0 && !unproxyable.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');

export function checkProxyable(ip: string): void {
  if (!isProxyable(ip)) throw badRequest('address not allowed');
}

export function podAddress(pod: Pod, { port }: ProxyName): string {
  const ip = pod.status?.podIP;
  if (!ip) throw badRequest(`pod ${pod.metadata.name} does not have an IP address`);
  checkProxyable(ip);
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const number =
    port === '' ? ports[0]?.containerPort : (ports.find(({ name }) => name === port)?.containerPort ?? port);
  return number === undefined ? ip : `${ip}:${number}`;
}

export interface ServiceTarget {
  ip: string;
  port: number;
  /** Name of the pod that the endpoint says is behind it. */
  pod: string | undefined;
}

/** In the order in which to try them; `random` is in [0, 1) and spreads requests over the endpoints. */
export function serviceTargets(
  service: Service,
  slices: readonly EndpointSlice[],
  { name, port }: ProxyName,
  random: number,
): ServiceTarget[] {
  const ports = service.spec.ports ?? [];
  const chosen = port === '' ? ports[0] : ports.find((each) => each.name === port || String(each.port) === port);
  if (!chosen) throw unavailable(`no service port "${port}" found for service "${name}"`);
  const targets = slices.flatMap((slice) => {
    const target = (slice.ports ?? []).find((each) => (each.name ?? '') === (chosen.name ?? ''))?.port;
    const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
    if (!target) return [];
    return ready.flatMap(({ addresses, targetRef }): ServiceTarget[] =>
      addresses.map((ip) => ({ ip, port: target, pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined })),
    );
  });
  const first = Math.floor(random * targets.length);
  return [...targets.slice(first), ...targets.slice(0, first)];
}

/** An endpoint may name any address; that of a pod of the same namespace is one that leads to nowhere else. */
export const isAddressOf = ({ status }: Pod, ip: string): boolean =>
  isProxyable(ip) && (status?.podIP === ip || (status?.podIPs ?? []).some((each) => each.ip === ip));

export const noEndpoints = (name: string): ApiError => unavailable(`no endpoints available for service "${name}"`);

const unavailable = (message: string): ApiError => new ApiError(503, 'ServiceUnavailable', message);
