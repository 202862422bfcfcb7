/** Objects of the network as the API server would have stored them. */
import { isIPv6 } from 'node:net';
import type {
  core,
  EndpointSlice,
  Namespace,
  NetworkPolicy,
  Node,
  networking,
  Pod,
  Service,
} from '../../agent/api/types.ts';

const stored = (name: string, namespace: string | undefined, labels: Record<string, string> = {}) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
});

export const aService = (
  name: string,
  spec: core.ServiceSpec,
  more: { namespace?: string; ingress?: core.LoadBalancerIngress[]; labels?: Record<string, string> } = {},
): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: stored(name, more.namespace ?? 'default', more.labels),
  spec: { type: 'ClusterIP', ...spec },
  status: { loadBalancer: more.ingress ? { ingress: more.ingress } : {} },
});

export interface EndpointShape {
  ip: string;
  node?: string;
  hostname?: string;
  ready?: boolean;
  serving?: boolean;
  terminating?: boolean;
  /** Hints. */
  forZones?: string[];
  forNodes?: string[];
}

const hintsOf = ({ forZones, forNodes }: EndpointShape) => {
  const named = (names: string[]) => names.map((name) => ({ name }));
  return forZones || forNodes
    ? {
        hints: {
          ...(forZones ? { forZones: named(forZones) } : {}),
          ...(forNodes ? { forNodes: named(forNodes) } : {}),
        },
      }
    : {};
};

export const aSlice = (
  service: string,
  endpoints: EndpointShape[],
  ports: { name?: string; protocol?: string; port: number }[] = [{ port: 80 }],
  more: { namespace?: string; name?: string } = {},
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: stored(more.name ?? `${service}-abcde`, more.namespace ?? 'default', {
    'kubernetes.io/service-name': service,
  }),
  addressType: isIPv6(endpoints[0]?.ip ?? '') ? 'IPv6' : 'IPv4',
  endpoints: endpoints.map(({ ip, node, hostname, ready = true, serving = ready, terminating = false, ...more }) => ({
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(node ? { nodeName: node } : {}),
    ...(hostname ? { hostname } : {}),
    ...hintsOf({ ip, ...more }),
  })),
  ports: ports.map((port) => ({ protocol: 'TCP', name: '', ...port })),
});

/** `others`: what it has of another family. */
export const aNodeAt = (
  name: string,
  ip: string,
  podCIDR: string,
  others: readonly { nodeIP: string; podCIDR: string }[] = [],
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: stored(name, undefined),
  spec: { podCIDR, podCIDRs: [podCIDR, ...others.map((each) => each.podCIDR)] },
  status: {
    addresses: [ip, ...others.map(({ nodeIP }) => nodeIP)].map((address) => ({ type: 'InternalIP', address })),
  },
});

export const aNamespace = (name: string, labels: Record<string, string> = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: stored(name, undefined, { 'kubernetes.io/metadata.name': name, ...labels }),
  spec: {},
  status: {},
});

export const aNetworkPolicy = (
  name: string,
  spec: Partial<networking.NetworkPolicySpec>,
  namespace = 'default',
): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: stored(name, namespace),
  spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec },
});

export interface PodShape {
  labels?: Record<string, string>;
  node?: string;
  ip?: string;
  ports?: core.ContainerPort[];
  hostNetwork?: boolean;
  phase?: string;
}

export const aPodAt = (
  { name, namespace = 'default' }: { name: string; namespace?: string },
  { labels, node, ip, ports, hostNetwork = false, phase = 'Running' }: PodShape = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: stored(name, namespace, labels),
  spec: {
    ...(node ? { nodeName: node } : {}),
    ...(hostNetwork ? { hostNetwork } : {}),
    containers: [{ name: 'main', image: 'tiny', ...(ports ? { ports } : {}) }],
  },
  status: { phase, ...(ip ? { podIP: ip, podIPs: [{ ip }] } : {}) },
});
