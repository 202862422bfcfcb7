/** Which ports of a service belong on the user's localhost, and what has to be done about it. Pure. */
import type { core, EndpointSlice, Node, Service } from '../../api/types.ts';

export interface PublishedPort {
  /** On 127.0.0.1 of the user's machine. */
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

export interface PortPlan {
  /** Ids of containers that publish something else than what is wanted, or do not run. */
  remove: string[];
  /** Ports that no container publishes. */
  missing: PublishedPort[];
}

export const idOf = ({ hostPort, protocol }: PublishedPort): string => `${hostPort}/${protocol}`;

/** `30080/tcp=172.30.0.2:30080`. */
export const formatPort = (port: PublishedPort): string => `${idOf(port)}=${port.nodeIP}:${port.nodePort}`;

/** The reverse of `formatPort` over a list with commas. What cannot be read is left out: it is then published anew. */
export const parsePorts = (text: string): PublishedPort[] =>
  text.split(',').flatMap((part) => {
    const [, hostPort, protocol, nodeIP, nodePort] = /^(\d+)\/(tcp|udp)=([\d.]+):(\d+)$/.exec(part) ?? [];
    if (!nodeIP || (protocol !== 'tcp' && protocol !== 'udp')) return [];
    return [{ hostPort: Number(hostPort), protocol, nodeIP, nodePort: Number(nodePort) }];
  });

/** A load balancer of another class is somebody else's to provide; its node ports are still node ports. */
export const isOurLoadBalancer = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && !spec.loadBalancerClass;

/**
 * Node ports under their own number, and the ports of a load balancer under theirs. Everything goes by way of the node
 * port of `nodeIP`. SCTP is left out: engines do not publish it.
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
 * The node through which a service is reached. With `externalTrafficPolicy: Local` only a node with an endpoint answers;
 * otherwise it is always the one that makes the ports.
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

/** A container that publishes nothing but wanted ports is never touched, so that its connections live on. */
export function planPorts(wanted: PublishedPort[], existing: PortContainer[]): PortPlan {
  const wantedPorts = new Set(wanted.map(formatPort));
  const isGood = ({ running, ports }: PortContainer) =>
    running && ports.length > 0 && ports.every((port) => wantedPorts.has(formatPort(port)));
  const published = new Set(existing.filter(isGood).flatMap(({ ports }) => ports.map(formatPort)));
  return {
    remove: existing.filter((container) => !isGood(container)).map(({ id }) => id),
    missing: wanted.filter((port) => !published.has(formatPort(port))),
  };
}

/**
 * What a port container's namespace does: everything that arrives goes to the node port, under the container's address.
 * A rootless Podman hands over what it accepts on localhost from within the namespace, which is output.
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
