/** Plans which ports of a service to publish on the user's localhost. Pure. */
import type { core, EndpointSlice, Node, Service } from '../../api/types.ts';

export interface PublishedPort {
  /** The port of 127.0.0.1 on the user's machine. */
  hostPort: number;
  protocol: 'tcp' | 'udp';
  nodeIP: string;
  nodePort: number;
}

/** A container that publishes ports of one service. */
export interface PortContainer {
  id: string;
  ports: PublishedPort[];
  running: boolean;
}

/** A service that has ports of this machine. */
export interface PortHolder {
  /** The name of its cluster; undefined for this one. */
  cluster: string | undefined;
  /** `ns/name` */
  service: string;
  /** As `idOf` writes them. */
  ports: string[];
}

export interface PortPlan {
  /** Ids of containers that publish other ports than wanted, or do not run. */
  remove: string[];
  /** Ports that no container publishes yet. */
  missing: PublishedPort[];
}

export const idOf = ({ hostPort, protocol }: PublishedPort): string => `${hostPort}/${protocol}`;

/** Another service that has the port. */
export const holderOf = (
  port: PublishedPort,
  service: string,
  holders: readonly PortHolder[],
): PortHolder | undefined =>
  holders.find((holder) => holder.ports.includes(idOf(port)) && (holder.cluster || holder.service !== service));

/** Why a port is not published, and what to do about it. */
export function adviceFor({ hostPort }: PublishedPort, holder: PortHolder | undefined): string {
  const other = `${hostPort >= 30_000 && hostPort <= 32_767 ? 'nodePort' : 'port'}. Trying again by itself.`;
  if (!holder) {
    return `Port ${hostPort} on localhost is taken by another program or not allowed: stop that program, or give the service another ${other}`;
  }
  const { cluster, service } = holder;
  const where = cluster ? `the cluster ${cluster}` : 'this cluster';
  return `Port ${hostPort} on localhost is taken by the service ${service} of ${where}: give one of the two services another ${other}`;
}

/** For example `30080/tcp=172.30.0.2:30080`. */
export const formatPort = (port: PublishedPort): string => `${idOf(port)}=${port.nodeIP}:${port.nodePort}`;

/**
 * Parses a comma-separated list of `formatPort`. Unreadable entries are dropped, so these ports are published again.
 */
export const parsePorts = (text: string): PublishedPort[] =>
  text.split(',').flatMap((part) => {
    const [, hostPort, protocol, nodeIP, nodePort] = /^(\d+)\/(tcp|udp)=([\d.]+):(\d+)$/.exec(part) ?? [];
    if (!nodeIP || (protocol !== 'tcp' && protocol !== 'udp')) return [];
    return [{ hostPort: Number(hostPort), protocol, nodeIP, nodePort: Number(nodePort) }];
  });

/** True for load balancers of the default class. Another class has another provider, but its node ports still count. */
export const isOurLoadBalancer = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && !spec.loadBalancerClass;

/**
 * Node ports under their own number, and the ports of a load balancer under theirs. All traffic goes to the node port
 * of `nodeIP`. SCTP is left out, because engines do not publish it.
 */
export function portsOf(service: Service, nodeIP: string): PublishedPort[] {
  if (service.spec.type !== 'NodePort' && service.spec.type !== 'LoadBalancer') return [];
  const ports = (service.spec.ports ?? []).flatMap((port: core.ServicePort): PublishedPort[] => {
    const protocol = (port.protocol ?? 'TCP').toLowerCase();
    if (!port.nodePort || (protocol !== 'tcp' && protocol !== 'udp')) return [];
    const common = { protocol, nodeIP, nodePort: port.nodePort } as const;
    const own: PublishedPort[] = [{ ...common, hostPort: port.nodePort }];
    return isOurLoadBalancer(service) ? [...own, { ...common, hostPort: port.port }] : own;
  });
  return [...new Map(ports.map((port) => [idOf(port), port])).values()];
}

/**
 * The node through which a service is reached: with `externalTrafficPolicy: Local` one that has an endpoint, otherwise
 * always the node that publishes the ports.
 */
export function nodeFor(
  service: Service,
  slices: EndpointSlice[],
  nodes: { get(name: string): Node | undefined },
  ownIP: string,
): string {
  if (service.spec.externalTrafficPolicy !== 'Local') return ownIP;
  const candidates = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ nodeName }) => nodes.get(nodeName ?? '')?.status?.addresses ?? [])
    .flatMap(({ type, address }) => (type === 'InternalIP' ? [address] : []))
    .sort();
  return candidates.includes(ownIP) ? ownIP : (candidates[0] ?? ownIP);
}

/** A container that publishes only wanted ports is never replaced, so that its connections survive. */
export function planPorts(wanted: PublishedPort[], existing: PortContainer[]): PortPlan {
  const wantedPorts = new Set(wanted.map(formatPort));
  const isCurrent = ({ running, ports }: PortContainer) =>
    running && ports.length > 0 && ports.every((port) => wantedPorts.has(formatPort(port)));
  const published = new Set(existing.filter(isCurrent).flatMap(({ ports }) => ports.map(formatPort)));
  return {
    remove: existing.filter((container) => !isCurrent(container)).map(({ id }) => id),
    missing: wanted.filter((port) => !published.has(formatPort(port))),
  };
}

/**
 * The rules in a port container's namespace: they redirect all incoming connections to the node port, with the
 * container's address as source. A rootless Podman connects from within the namespace, so the output chain does the
 * same.
 */
export function rulesFor(ports: PublishedPort[]): string {
  const lines = ports.map(
    ({ protocol, hostPort, nodeIP, nodePort }) => `${protocol} dport ${hostPort} dnat to ${nodeIP}:${nodePort}`,
  );
  return `table ip skiff {
  chain prerouting { type nat hook prerouting priority dstnat; policy accept;
    ${lines.join('\n    ')}
  }
  chain output { type nat hook output priority -100; policy accept;
    ${lines.join('\n    ')}
  }
  chain postrouting { type nat hook postrouting priority srcnat; policy accept;
    ct status dnat masquerade
  }
}
`;
}
