/**
 * Cluster IPs and node ports. What is taken is read from the services themselves, plus what writes under way have
 * reserved: there is no second record that could disagree with the first.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/storage/alloc.go
 */
import { isIP } from 'node:net';
import { services } from '../../api/core/service.ts';
import { type FieldError, type Kind, resourceOf } from '../../api/kind.ts';
import type { AnyObject, Service } from '../../api/types.ts';
import { internalError, invalid } from '../errors.ts';
import { addressAt, type Range, rangeOf } from '../ip-range.ts';
import type { State } from '../state/state.ts';
import type { Attributes } from './attributes.ts';
import { setFamilies } from './service-families.ts';
import type { AdmissionStep, Cluster, Release } from './step.ts';

/** Of writes that are neither stored nor failed yet. Keyed by the state, of which tests make several. */
const reservedIn = new WeakMap<State, Set<string>>();
const reservations = ({ state }: Cluster): Set<string> => {
  let found = reservedIn.get(state);
  if (!found) {
    found = new Set();
    reservedIn.set(state, found);
  }
  return found;
};

type ServicePort = NonNullable<Service['spec']['ports']>[number];
const isService = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Service =>
  resourceOf(kind) === resourceOf(services);

const portClaim = (protocol: string | undefined, port: number): string => `port ${protocol ?? 'TCP'} ${port}`;

function claimsOf(service: Service): string[] {
  const { spec } = service;
  const addresses = [spec.clusterIP, ...(spec.clusterIPs ?? [])].filter((ip) => ip && ip !== 'None');
  const ports = (spec.ports ?? []).flatMap(({ protocol, nodePort }) =>
    nodePort ? [portClaim(protocol, nodePort)] : [],
  );
  const health = spec.healthCheckNodePort ? [portClaim('TCP', spec.healthCheckNodePort)] : [];
  return [...addresses.map((ip) => `ip ${ip}`), ...ports, ...health];
}

interface Allocation {
  cluster: Cluster;
  kind: Kind;
  service: Service;
  /** Taken by others. */
  taken: Set<string>;
  /** This write's own, some of which it has already. */
  own: Set<string>;
  previous: Set<string>;
}

function claim(allocation: Allocation, what: string, field: string, value: unknown, complaint: string): void {
  if (allocation.taken.has(what)) {
    const errors: FieldError[] = [{ type: 'Invalid', field, value, detail: complaint }];
    throw invalid(allocation.kind, allocation.service.metadata.name, errors);
  }
  allocation.own.add(what);
}

/** As upstream, dynamic addresses come from the upper part, so that fixed ones in the lower rarely collide. */
function freeAddress({ taken }: Allocation, range: Range): string {
  const reservedForFixed = Math.min(Math.max(16, Math.floor(range.size / 16)), 256);
  const usable = range.size - 2;
  const first = usable > reservedForFixed * 2 ? reservedForFixed : 1;
  const count = usable - first + 1;
  const offset = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const address = addressAt(range, first + ((offset + step) % count));
    if (!taken.has(`ip ${address}`)) return address;
  }
  throw internalError(new Error('failed to allocate a serviceIP: range is full'));
}

function allocateAddress(allocation: Allocation): void {
  const { service, cluster } = allocation;
  const { spec } = service;
  const [asked, ...others] = spec.clusterIPs ?? [];
  if (spec.type === 'ExternalName' || asked === 'None') return;
  // What is no address is for the validation to name.
  if (asked && isIP(asked) === 0) return;
  const range = rangeOf(cluster.settings.serviceCIDR);
  if (asked && !range.contains(asked)) {
    throw invalid(allocation.kind, service.metadata.name, [
      {
        type: 'Invalid',
        field: 'spec.clusterIPs',
        value: [asked],
        detail: `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${cluster.settings.serviceCIDR}`,
      },
    ]);
  }
  const address = asked || freeAddress(allocation, range);
  claim(
    allocation,
    `ip ${address}`,
    'spec.clusterIPs',
    [address],
    `failed to allocate IP ${address}: provided IP is already allocated`,
  );
  spec.clusterIP = address;
  spec.clusterIPs = [address, ...others];
}

function freePort({ taken, own, cluster }: Allocation, protocol: string | undefined): number {
  const { first, last } = cluster.settings.nodePorts;
  const count = last - first + 1;
  const offset = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = first + ((offset + step) % count);
    const what = portClaim(protocol, port);
    if (!taken.has(what) && !own.has(what)) return port;
  }
  throw internalError(new Error('failed to allocate a nodePort: range is full'));
}

function checkPort({ cluster, kind, service }: Allocation, port: number, field: string): void {
  const { first, last } = cluster.settings.nodePorts;
  if (port >= first && port <= last) return;
  throw invalid(kind, service.metadata.name, [
    {
      type: 'Invalid',
      field,
      value: port,
      detail: `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
    },
  ]);
}

/** Updates that leave a port's number out keep the one it had, as `kubectl replace` of an old manifest does. */
function previousPort(old: Service | undefined, port: ServicePort): number | undefined {
  return old?.spec.ports?.find(
    (each) => each.port === port.port && (each.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
  )?.nodePort;
}

function allocatePorts(allocation: Allocation, old: Service | undefined): void {
  const { spec } = allocation.service;
  const wanted =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  for (const [index, port] of (spec.ports ?? []).entries()) {
    // Validation has its say on one that is there nevertheless.
    if (!wanted && spec.type !== 'LoadBalancer') continue;
    const field = `spec.ports[${index}].nodePort`;
    const asked = port.nodePort || previousPort(old, port);
    if (!asked && !wanted) continue;
    if (asked) checkPort(allocation, asked, field);
    port.nodePort = asked || freePort(allocation, port.protocol);
    claim(
      allocation,
      portClaim(port.protocol, port.nodePort),
      field,
      port.nodePort,
      'provided port is already allocated',
    );
  }
}

const checksHealth = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Where it is not needed any more it goes; one that is given nevertheless is for the validation to name. */
function allocateHealthPort(allocation: Allocation, old: Service | undefined): void {
  const { spec } = allocation.service;
  if (!checksHealth(allocation.service)) {
    if (old && checksHealth(old)) delete spec.healthCheckNodePort;
    return;
  }
  const port = spec.healthCheckNodePort || old?.spec.healthCheckNodePort || freePort(allocation, 'TCP');
  spec.healthCheckNodePort = port;
  claim(allocation, portClaim('TCP', port), 'spec.healthCheckNodePort', port, 'provided port is already allocated');
}

function takenByOthers(cluster: Cluster, service: Service): Set<string> {
  const taken = new Set(reservations(cluster));
  const { name, namespace } = service.metadata;
  for (const record of cluster.state.of(services).objects.list('')) {
    if (record.name === name && record.namespace === namespace) continue;
    const other: AnyObject & Partial<Service> = record.object;
    if (other.spec) for (const each of claimsOf(other as Service)) taken.add(each);
  }
  return taken;
}

/** An update that leaves the address out keeps it. */
function keepAddress(spec: Service['spec'], before: Service['spec']): void {
  if (!before.clusterIP || spec.type === 'ExternalName') return;
  spec.clusterIP ||= before.clusterIP;
  if (!spec.clusterIPs?.length && spec.clusterIP === before.clusterIP) {
    spec.clusterIPs = before.clusterIPs ?? [before.clusterIP];
  }
}

function reserve(attributes: Attributes, cluster: Cluster): Release | undefined {
  const { kind, object, old } = attributes;
  if (!object?.spec || !isService(attributes, object)) return undefined;
  const before = old && isService(attributes, old) ? old : undefined;
  const previous = new Set(before ? claimsOf(before) : []);
  const taken = takenByOthers(cluster, object);
  const allocation: Allocation = { cluster, kind, service: object, taken, own: new Set(), previous };
  if (before) keepAddress(object.spec, before.spec);
  setFamilies(kind, object, before?.spec);
  allocateAddress(allocation);
  allocatePorts(allocation, before);
  allocateHealthPort(allocation, before);
  const reserved = reservations(cluster);
  for (const what of allocation.own) reserved.add(what);
  return () => {
    for (const what of allocation.own) reserved.delete(what);
  };
}

/**
 * No plugin upstream, where the registry of services does it, at the same point: after its strategy, before validation.
 */
export const serviceAllocation: AdmissionStep = {
  name: 'ServiceAllocation',
  operations: ['create', 'update'],
  resources: ['services'],
  reserve,
};
