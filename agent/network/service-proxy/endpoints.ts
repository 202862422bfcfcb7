/**
 * Selects the endpoints of a service port that get new connections. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/topology.go
 */
import type { core, discovery, EndpointSlice, Service } from '../../api/types.ts';

export interface Endpoint {
  ip: string;
  port: number;
  isLocal: boolean;
}

export interface PortEndpoints {
  /** Endpoints for traffic that may go to any node. */
  cluster: Endpoint[];
  /** Endpoints on this node, for the traffic policy `Local`. */
  local: Endpoint[];
}

interface Candidate extends Endpoint {
  ready: boolean;
  serving: boolean;
}

/**
 * Terminating endpoints that still serve are the last resort, so that a rollout of one replica drops no connections.
 */
const usable = (candidates: Candidate[]): Endpoint[] => {
  const ready = candidates.filter((candidate) => candidate.ready);
  const chosen = ready.length > 0 ? ready : candidates.filter((candidate) => candidate.serving);
  return chosen.map(({ ip, port, isLocal }) => ({ ip, port, isLocal }));
};

/** The endpoints in a stable order, each address and port once. `slices` are the slices of this service. */
export function endpointsOf(slices: EndpointSlice[], port: core.ServicePort, nodeName: string): PortEndpoints {
  const byAddress = new Map<string, Candidate>();
  for (const slice of slices) {
    const number = portIn(slice, port);
    if (slice.addressType !== 'IPv4' || number === undefined) continue;
    // The slice of a service without pods has no endpoints.
    for (const endpoint of slice.endpoints ?? []) {
      const candidate = candidateFrom(endpoint, number, nodeName);
      if (!candidate) continue;
      const key = `${candidate.ip}:${number}`;
      // While an endpoint moves between slices, both may contain it: the ready one counts.
      if (!byAddress.get(key)?.ready) byAddress.set(key, candidate);
    }
  }
  const all = [...byAddress.values()].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
  return { cluster: usable(all), local: usable(all.filter((candidate) => candidate.isLocal)) };
}

const portIn = (slice: EndpointSlice, port: core.ServicePort): number | undefined =>
  slice.ports?.find(
    (candidate) =>
      (candidate.name ?? '') === (port.name ?? '') && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
  )?.port;

/** Defaults of absent conditions: `ready` is true, `serving` equals `ready`, `terminating` is false. */
function candidateFrom(endpoint: discovery.Endpoint, port: number, nodeName: string): Candidate | undefined {
  const [ip] = endpoint.addresses;
  const ready = endpoint.conditions?.ready ?? true;
  const serving = endpoint.conditions?.serving ?? ready;
  if (!ip || !(ready || serving)) return undefined;
  return { ip, port, ready, serving, isLocal: endpoint.nodeName === nodeName };
}

/**
 * The endpoints for internal traffic; undefined if the traffic must be dropped, because endpoints exist but none on
 * this node. Every node serves the cluster's DNS itself, so pods ask their own node while it answers: that saves a hop,
 * and no lookup waits for a node that is gone.
 */
export function internalEndpoints(
  service: Service,
  endpoints: PortEndpoints,
  { dnsIP }: { dnsIP: string },
): Endpoint[] | undefined {
  if (service.spec.internalTrafficPolicy === 'Local') {
    return endpoints.local.length > 0 || endpoints.cluster.length === 0 ? endpoints.local : undefined;
  }
  const trafficDistribution: string | undefined = service.spec.trafficDistribution;
  const prefersNode = trafficDistribution === 'PreferSameNode' || service.spec.clusterIP === dnsIP;
  return prefersNode && endpoints.local.length > 0 ? endpoints.local : endpoints.cluster;
}
