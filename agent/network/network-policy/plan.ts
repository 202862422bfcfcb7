/**
 * Which traffic network policies allow the pods of one node. Pure. Policies only add: a pod that one of them selects
 * for a direction gets what any of them allows there, and nothing else.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { selects } from '../../api/selectors.ts';
import type { core, Namespace, NetworkPolicy, networking, Pod } from '../../api/types.ts';
import { type FamilyTerms, isOf } from '../families.ts';

export interface PortRange {
  /** As nftables spells it. */
  protocol: 'tcp' | 'udp' | 'sctp';
  first: number;
  last: number;
}

export interface Block {
  cidr: string;
  except: readonly string[];
}

/** Traffic with any of the peers at any of the ports. Absent peers or ports mean all. */
export interface Allowance {
  peers?: { addresses: readonly string[]; blocks: readonly Block[] };
  ports?: readonly PortRange[];
}

/** What one pod may receive and send. An absent direction is not restricted. */
export interface Isolation {
  /** `namespace/name` of the pod. */
  pod: string;
  ip: string;
  ingress?: readonly Allowance[];
  egress?: readonly Allowance[];
}

/** A pod that has an address. */
interface Peer {
  pod: Pod;
  ip: string;
}

export interface Cluster {
  policies: readonly NetworkPolicy[];
  /** All pods of the cluster. */
  pods: readonly Pod[];
  namespaces: readonly Namespace[];
  /** The family whose traffic is meant. */
  terms: FamilyTerms;
  /** The address of a pod in that family, as far as it has one. */
  addressOf(pod: Pod): string | undefined;
}

type Direction = 'ingress' | 'egress';

/** Finds the peers of rules; remembers what each namespace selector finds, as rules repeat them. */
function createPeerFinder({ pods, namespaces, terms, addressOf }: Cluster) {
  const byNamespace = new Map<string, Peer[]>();
  for (const pod of pods) {
    const ip = isOver(pod) ? undefined : addressOf(pod);
    if (ip === undefined) continue;
    const name = pod.metadata.namespace ?? '';
    const known = byNamespace.get(name);
    if (known) known.push({ pod, ip });
    else byNamespace.set(name, [{ pod, ip }]);
  }
  const namespacesOf = (namespace: string, { namespaceSelector }: networking.NetworkPolicyPeer): string[] =>
    namespaceSelector
      ? namespaces
          .filter(({ metadata }) => selects(namespaceSelector, metadata.labels))
          .map(({ metadata }) => metadata.name)
      : [namespace];
  return {
    /** The blocks that the entries mean. */
    blocksOf: (peers: readonly networking.NetworkPolicyPeer[]): Block[] =>
      peers.flatMap(({ ipBlock }) =>
        ipBlock && isOf(terms, ipBlock.cidr) ? [{ cidr: ipBlock.cidr, except: ipBlock.except ?? [] }] : [],
      ),
    all: (): Peer[] => [...byNamespace.values()].flat(),
    /** The pods that one entry of `from` or `to` means, in a policy of this namespace. */
    of: (namespace: string, peer: networking.NetworkPolicyPeer): Peer[] =>
      namespacesOf(namespace, peer)
        .flatMap((name) => byNamespace.get(name) ?? [])
        .filter(({ pod }) => !peer.podSelector || selects(peer.podSelector, pod.metadata.labels)),
  };
}

type PeerFinder = ReturnType<typeof createPeerFinder>;

const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

const protocolOf = (protocol: string | undefined): PortRange['protocol'] =>
  (protocol ?? 'TCP').toLowerCase() as PortRange['protocol'];

/** The numbers behind a port's name in one pod. */
function namedPorts({ spec }: Pod, name: string, protocol: string | undefined): PortRange[] {
  const containers: core.Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  return containers
    .flatMap(({ ports = [] }) => ports)
    .filter((port) => port.name === name && protocolOf(port.protocol) === protocolOf(protocol))
    .map(({ containerPort }) => ({ protocol: protocolOf(protocol), first: containerPort, last: containerPort }));
}

const numbered = ({ protocol, port, endPort }: networking.NetworkPolicyPort): PortRange[] => {
  if (typeof port === 'string') return [];
  return [{ protocol: protocolOf(protocol), first: port ?? 0, last: endPort ?? port ?? 65_535 }];
};

/** The ports of a rule that has some, at one pod. */
const portsAt = (ports: readonly networking.NetworkPolicyPort[], pod: Pod): PortRange[] =>
  ports.flatMap((port) => (typeof port.port === 'string' ? namedPorts(pod, port.port, port.protocol) : numbered(port)));

const addressesOf = (peers: readonly Peer[]): string[] => [...new Set(peers.map(({ ip }) => ip))].sort();

interface Rule {
  namespace: string;
  peers: readonly networking.NetworkPolicyPeer[] | undefined;
  ports: readonly networking.NetworkPolicyPort[] | undefined;
}

/** A pod on its node's network has the node's address, which is not its own as a source. */
const ownAddress = ({ pod }: Peer): boolean => !pod.spec.hostNetwork;

const podsOf = ({ namespace, peers = [] }: Rule, find: PeerFinder): Peer[] =>
  peers.filter(({ ipBlock }) => !ipBlock).flatMap((peer) => find.of(namespace, peer));

/** Named ports are those of the pod itself. */
function incoming(rule: Rule, pod: Pod, find: PeerFinder): Allowance[] {
  const ports = rule.ports && portsAt(rule.ports, pod);
  if (ports?.length === 0) return [];
  const peers = rule.peers && {
    addresses: addressesOf(podsOf(rule, find).filter(ownAddress)),
    blocks: find.blocksOf(rule.peers),
  };
  return [{ ...(peers ? { peers } : {}), ...(ports ? { ports } : {}) }];
}

/** Named ports are those of each peer, so every peer that has one gets an allowance of its own. */
function outgoing(rule: Rule, find: PeerFinder): Allowance[] {
  const pods = rule.peers ? podsOf(rule, find) : find.all();
  const peers = rule.peers && { addresses: addressesOf(pods), blocks: find.blocksOf(rule.peers) };
  if (!rule.ports) return [peers ? { peers } : {}];
  const ports = rule.ports.flatMap(numbered);
  const names = rule.ports.filter(({ port }) => typeof port === 'string');
  const named = pods.flatMap((peer): Allowance[] => {
    const own = portsAt(names, peer.pod);
    return own.length > 0 ? [{ peers: { addresses: [peer.ip], blocks: [] }, ports: own }] : [];
  });
  return [...(ports.length > 0 ? [{ ...(peers ? { peers } : {}), ports }] : []), ...named];
}

const filled = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list && list.length > 0 ? list : undefined;

function rulesOf({ metadata, spec }: NetworkPolicy, direction: Direction): Rule[] {
  const namespace = metadata.namespace ?? '';
  const rules =
    direction === 'ingress'
      ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
  return rules.map(({ peers, ports }) => ({ namespace, peers: filled(peers), ports: filled(ports) }));
}

const isolates = ({ spec }: NetworkPolicy, direction: Direction): boolean =>
  spec?.policyTypes?.includes(direction === 'ingress' ? 'Ingress' : 'Egress') ?? false;

export const isSelectedBy = ({ metadata, spec }: NetworkPolicy, pod: Pod): boolean =>
  metadata.namespace === pod.metadata.namespace && selects(spec?.podSelector, pod.metadata.labels);

/**
 * What the pods of a node may receive and send, as far as policies restrict it. Pods on the node's own network are no
 * policy's business: their traffic is the node's.
 */
export function isolationsOf(cluster: Cluster, ofNode: readonly Pod[]): Isolation[] {
  const find = createPeerFinder(cluster);
  return ofNode.flatMap((pod) => {
    const ip = pod.spec.hostNetwork || isOver(pod) ? undefined : cluster.addressOf(pod);
    const policies = cluster.policies.filter((policy) => isSelectedBy(policy, pod));
    if (ip === undefined || policies.length === 0) return [];
    const allowed = (direction: Direction): Allowance[] | undefined => {
      const restricting = policies.filter((policy) => isolates(policy, direction));
      const rules = restricting.flatMap((policy) => rulesOf(policy, direction));
      if (restricting.length === 0) return undefined;
      return rules.flatMap((rule) => (direction === 'ingress' ? incoming(rule, pod, find) : outgoing(rule, find)));
    };
    const [ingress, egress] = [allowed('ingress'), allowed('egress')];
    return [
      {
        pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
        ip,
        ...(ingress ? { ingress } : {}),
        ...(egress ? { egress } : {}),
      },
    ];
  });
}
