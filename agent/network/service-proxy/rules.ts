/**
 * The service rules of one node as data. Pure. The layout follows kube-proxy's nftables mode: one verdict map looks up
 * a packet's address, protocol and port, so the cost does not grow with the number of services.
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/pkg/proxy/nftables
 */
import type { core, EndpointSlice, Service } from '../../api/types.ts';
import { type FamilyTerms, inName, ipv4, isOf, termsOf } from '../families.ts';
import { type Endpoint, endpointsOf, internalEndpoints, type Place } from './endpoints.ts';

export interface ProxyNode extends Place {
  nodeIP: string;
  /** Its family is the one that the rules are for. */
  clusterCIDR: string;
  /** The cluster IP of the DNS service. */
  dnsIP: string;
}

export interface Rules {
  /** Of the family of all its addresses. */
  terms: FamilyTerms;
  /** Rules by chain. */
  chains: Map<string, string[]>;
  /** Session affinity timeouts in seconds, by the name of the set. */
  affinities: Map<string, number>;
  /** `10.96.0.1 . tcp . 443` -> verdict. */
  serviceIPs: Map<string, string>;
  /** `tcp . 30080` -> verdict. */
  nodePorts: Map<string, string>;
  /** External addresses of services without endpoints. */
  rejected: Set<string>;
  /** `10.244.1.5 . 10.244.1.5`: pods of this node that may reach themselves through a service. */
  hairpins: Set<string>;
}

export const emptyRules = (terms: FamilyTerms = ipv4): Rules => ({
  terms,
  chains: new Map(),
  affinities: new Map(),
  serviceIPs: new Map(),
  nodePorts: new Map(),
  rejected: new Set(),
  hairpins: new Set(),
});

/** Sets the mark that requests masquerading; see the chain `postrouting`. */
const mark = 'meta mark set meta mark or 0x4000';
const defaultAffinitySeconds = 10_800;

const isProxied = ({ spec, metadata }: Service): boolean =>
  spec.type !== 'ExternalName' &&
  Boolean(spec.clusterIP) &&
  spec.clusterIP !== 'None' &&
  !metadata.labels?.['service.kubernetes.io/service-proxy-name'];

/** The rules of one service; none if it is headless, an ExternalName, or proxied by somebody else. */
export function rulesFor(service: Service, slices: EndpointSlice[], node: ProxyNode): Rules {
  const rules = emptyRules(termsOf(node.clusterCIDR));
  if (!isProxied(service)) return rules;
  for (const port of service.spec.ports ?? []) addPort(rules, service, port, slices, node);
  return rules;
}

function addPort(
  rules: Rules,
  service: Service,
  port: core.ServicePort,
  slices: EndpointSlice[],
  node: ProxyNode,
): void {
  const { terms } = rules;
  const endpoints = endpointsOf(slices, port, terms.family, node);
  const protocol = (port.protocol ?? 'TCP').toLowerCase();
  const { namespace, name } = service.metadata;
  const id = `${namespace}/${name}/${protocol}/${port.port}`;
  const externalIPs = externalAddressesOf(service).filter((ip) => isOf(terms, ip));
  if (endpoints.cluster.length === 0) {
    for (const ip of externalIPs) rules.rejected.add(`${ip} . ${protocol} . ${port.port}`);
    return;
  }
  for (const { ip, isLocal } of [...endpoints.cluster, ...endpoints.local]) {
    if (isLocal && ip !== node.nodeIP) rules.hairpins.add(`${ip} . ${ip}`);
  }
  const inside = internalEndpoints(service, endpoints, node);
  // Internal and external traffic share one chain if both may use all endpoints, so that a client sticks to one
  // endpoint.
  const internal = addBalancer(
    rules,
    inside === endpoints.cluster ? `service-${id}` : `internal-${id}`,
    service,
    protocol,
    inside,
  );
  const clusterIPs = service.spec.clusterIPs ?? [service.spec.clusterIP ?? ''];
  for (const ip of clusterIPs.filter((each) => isOf(terms, each))) {
    rules.chains.get(internal)?.unshift(`${terms.nft} daddr ${ip} ${terms.nft} saddr != ${node.clusterCIDR} ${mark}`);
    rules.serviceIPs.set(`${ip} . ${protocol} . ${port.port}`, `goto ${internal}`);
  }
  if (externalIPs.length === 0 && !port.nodePort) return;
  const external = addExternal(rules, id, service, protocol, endpoints, node);
  for (const ip of externalIPs) rules.serviceIPs.set(`${ip} . ${protocol} . ${port.port}`, `goto ${external}`);
  if (port.nodePort) rules.nodePorts.set(`${protocol} . ${port.nodePort}`, `goto ${external}`);
}

const externalAddressesOf = ({ spec, status }: Service): string[] => [
  ...(spec.externalIPs ?? []),
  ...(status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) => (ip && ipMode !== 'Proxy' ? [ip] : [])),
];

/** Adds the entry for traffic from outside the cluster, according to the service's `externalTrafficPolicy`. */
function addExternal(
  rules: Rules,
  id: string,
  service: Service,
  protocol: string,
  endpoints: { cluster: Endpoint[]; local: Endpoint[] },
  node: ProxyNode,
): string {
  const external = `external-${id}`;
  const anywhere = `service-${id}`;
  if (!rules.chains.has(anywhere)) addBalancer(rules, anywhere, service, protocol, endpoints.cluster);
  if (service.spec.externalTrafficPolicy !== 'Local') {
    rules.chains.set(external, [mark, `goto ${anywhere}`]);
    return external;
  }
  // Pods and the node itself are inside the cluster; the policy does not apply to them.
  const inside = [
    `${rules.terms.nft} saddr ${node.clusterCIDR} goto ${anywhere}`,
    `fib saddr type local ${mark}`,
    `fib saddr type local goto ${anywhere}`,
  ];
  const local = addBalancer(
    rules,
    `local-${id}`,
    service,
    protocol,
    endpoints.local.length > 0 ? endpoints.local : undefined,
  );
  rules.chains.set(external, [...inside, `goto ${local}`]);
  return external;
}

/**
 * Adds a chain that sends each new connection to one of the endpoints, or drops it if they are undefined. Returns its
 * name.
 */
function addBalancer(
  rules: Rules,
  chain: string,
  service: Service,
  protocol: string,
  endpoints: Endpoint[] | undefined,
): string {
  if (!endpoints) rules.chains.set(chain, ['drop']);
  else if (service.spec.sessionAffinity === 'ClientIP') addSticky(rules, chain, service, protocol, endpoints);
  else rules.chains.set(chain, [`meta l4proto ${protocol} dnat to ${target(endpoints, rules.terms)}`]);
  return chain;
}

const target = (endpoints: Endpoint[], terms: FamilyTerms): string => {
  const [only] = endpoints;
  if (only && endpoints.length === 1) return terms.endpoint(only.ip, only.port);
  const elements = endpoints.map(({ ip, port }, index) => `${index} : ${ip} . ${port}`);
  return `numgen random mod ${endpoints.length} map { ${elements.join(', ')} }`;
};

/** Sends a known client back to its endpoint; distributes the others and remembers their endpoint. */
function addSticky(rules: Rules, chain: string, service: Service, protocol: string, endpoints: Endpoint[]): void {
  const timeout = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
  // A set's timeout cannot be changed, so it is part of the set's name.
  const clients = (name: string) => `clients-${timeout}-${name}`;
  const { nft, endpoint } = rules.terms;
  const members = endpoints.map(({ ip, port }) => ({ name: `${chain}/${inName(ip)}/${port}`, ip, port }));
  for (const { name, ip, port } of members) {
    rules.affinities.set(clients(name), timeout);
    rules.chains.set(`endpoint-${name}`, [
      `update @${clients(name)} { ${nft} saddr }`,
      `meta l4proto ${protocol} dnat to ${endpoint(ip, port)}`,
    ]);
  }
  const choices = members.map(({ name }, index) => `${index} : goto endpoint-${name}`);
  rules.chains.set(chain, [
    ...members.map(({ name }) => `${nft} saddr @${clients(name)} goto endpoint-${name}`),
    `numgen random mod ${members.length} vmap { ${choices.join(', ')} }`,
  ]);
}

/** If two services claim the same address and port, the first one keeps it. */
export function mergeRules(parts: Iterable<Rules>, terms: FamilyTerms = ipv4): Rules {
  const merged = emptyRules(terms);
  const keep = <K, V>(into: Map<K, V>, from: Map<K, V>) => {
    for (const [key, value] of from) if (!into.has(key)) into.set(key, value);
  };
  for (const part of parts) {
    keep(merged.chains, part.chains);
    keep(merged.affinities, part.affinities);
    keep(merged.serviceIPs, part.serviceIPs);
    keep(merged.nodePorts, part.nodePorts);
    for (const element of part.rejected) merged.rejected.add(element);
    for (const element of part.hairpins) merged.hairpins.add(element);
  }
  return merged;
}
