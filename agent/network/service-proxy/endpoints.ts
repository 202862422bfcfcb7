/**
 * Selects the endpoints of a service port that get new connections. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/topology.go
 */
import type { Family } from '../../api/addresses.ts';
import type { core, discovery, EndpointSlice, Service } from '../../api/types.ts';

export interface Endpoint {
  ip: string;
  port: number;
  isLocal: boolean;
}

export interface PortEndpoints {
  /** Endpoints for traffic that may go to any node: those that the hints choose for this place. */
  cluster: Endpoint[];
  /** Endpoints on this node, whatever their hints, for the traffic policy `Local`. */
  local: Endpoint[];
}

/** Where the traffic comes from. */
export interface Place {
  nodeName: string;
  /** The label `topology.kubernetes.io/zone` of the node. */
  zone?: string | undefined;
}

interface Candidate extends Endpoint {
  ready: boolean;
  hints: NonNullable<discovery.Endpoint['hints']>;
}

const bare = ({ ip, port, isLocal }: Candidate): Endpoint => ({ ip, port, isLocal });

/**
 * Terminating endpoints that still serve are the last resort, so that a rollout of one replica drops no connections.
 */
function usable(candidates: Candidate[], choose = (ready: Candidate[]) => ready): Endpoint[] {
  const ready = candidates.filter((candidate) => candidate.ready);
  return (ready.length > 0 ? choose(ready) : candidates).map(bare);
}

const names = (hints: readonly { name: string }[] | undefined, wanted: string | undefined): boolean =>
  hints?.some(({ name }) => name === wanted) ?? false;

/**
 * The ready endpoints that are hinted for the node, else those for its zone. Hints count only if every ready endpoint
 * has one of the kind and one of them names the place; otherwise all endpoints are chosen.
 */
function hintedFor(ready: Candidate[], { nodeName, zone }: Place): Candidate[] {
  for (const [field, wanted] of [['forNodes', nodeName] as const, ['forZones', zone] as const]) {
    if (!ready.every(({ hints }) => hints[field]?.length)) continue;
    const chosen = ready.filter(({ hints }) => names(hints[field], wanted));
    if (chosen.length > 0) return chosen;
  }
  return ready;
}

/**
 * The endpoints of one family in a stable order, each address and port once. `slices` are the slices of this service.
 * Without a place hints do not count, and no endpoint is local.
 */
export function endpointsOf(
  slices: EndpointSlice[],
  port: core.ServicePort,
  family: Family,
  place?: Place,
): PortEndpoints {
  const byAddress = new Map<string, Candidate>();
  for (const slice of slices) {
    const number = portIn(slice, port);
    if (slice.addressType !== family || number === undefined) continue;
    // The slice of a service without pods has no endpoints.
    for (const endpoint of slice.endpoints ?? []) {
      const candidate = candidateFrom(endpoint, number, place?.nodeName);
      if (!candidate) continue;
      const key = `${candidate.ip}:${number}`;
      // While an endpoint moves between slices, both may contain it: the ready one counts.
      if (!byAddress.get(key)?.ready) byAddress.set(key, candidate);
    }
  }
  const all = [...byAddress.values()].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
  return {
    cluster: usable(all, place && ((ready) => hintedFor(ready, place))),
    local: usable(all.filter((candidate) => candidate.isLocal)),
  };
}

const portIn = (slice: EndpointSlice, port: core.ServicePort): number | undefined =>
  slice.ports?.find(
    (candidate) =>
      (candidate.name ?? '') === (port.name ?? '') && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
  )?.port;

/**
 * Undefined if the endpoint may get no connection, not even as the last resort. Defaults of absent conditions: `ready`
 * is true, `serving` equals `ready`, `terminating` is false.
 */
function candidateFrom(
  { addresses, conditions, nodeName, hints = {} }: discovery.Endpoint,
  port: number,
  ownNode: string | undefined,
): Candidate | undefined {
  const [ip] = addresses;
  const ready = conditions?.ready ?? true;
  const isLastResort = Boolean(conditions?.serving && conditions.terminating);
  if (!ip || !(ready || isLastResort)) return undefined;
  return { ip, port, ready, isLocal: ownNode !== undefined && nodeName === ownNode, hints };
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
  const isDns = service.spec.clusterIP === dnsIP;
  return isDns && endpoints.local.length > 0 ? endpoints.local : endpoints.cluster;
}
