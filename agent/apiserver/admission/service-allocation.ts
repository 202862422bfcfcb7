/**
 * Cluster IPs and node ports. What is taken follows from the services themselves (`../state/claims.ts`), plus what
 * writes under way have reserved: there is no second record that is stored and could disagree with the first.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/storage/alloc.go
 */
import { isIP } from 'node:net';
import { services } from '../../api/core/service.ts';
import { addressClaim, portClaim } from '../../api/core/service-claims.ts';
import { type FieldError, type Kind, resourceOf } from '../../api/kind.ts';
import type { AnyObject, Service } from '../../api/types.ts';
import { internalError, invalid } from '../errors.ts';
import { type Range, rangeOf } from '../ip-range.ts';
import { claimsIn } from '../state/claims.ts';
import type { State } from '../state/state.ts';
import type { Attributes } from './attributes.ts';
import { allocateHealthPort, allocateNodePorts } from './node-ports.ts';
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

const isService = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Service =>
  resourceOf(kind) === resourceOf(services);

interface Allocation {
  cluster: Cluster;
  kind: Kind;
  service: Service;
  /** Taken by others. */
  taken(claim: string): boolean;
  /** This write's own. */
  own: Set<string>;
}

function claim(allocation: Allocation, what: string, field: string, value: unknown, complaint: string): void {
  if (allocation.taken(what)) {
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
    const address = range.at(first + ((offset + step) % count));
    if (!taken(addressClaim(address))) return address;
  }
  throw internalError(new Error('failed to allocate a serviceIP: range is full'));
}

/** What the service asks for, or a free one. */
function allocateAddress(allocation: Allocation, range: Range, asked: string): string {
  if (asked && !range.contains(asked)) {
    throw invalid(allocation.kind, allocation.service.metadata.name, [
      {
        type: 'Invalid',
        field: 'spec.clusterIPs',
        value: [asked],
        detail: `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${range.cidr}`,
      },
    ]);
  }
  const address = asked || freeAddress(allocation, range);
  claim(
    allocation,
    addressClaim(address),
    'spec.clusterIPs',
    [address],
    `failed to allocate IP ${address}: provided IP is already allocated`,
  );
  return address;
}

/** One address of each of the service's families, which `setFamilies` has checked. */
function allocateAddresses(allocation: Allocation): void {
  const { service, cluster } = allocation;
  const { spec } = service;
  const asked = spec.clusterIPs ?? [];
  if (spec.type === 'ExternalName' || asked[0] === 'None') return;
  // What is no address is for the validation to name.
  if (asked.some((ip) => ip && isIP(ip) === 0)) return;
  const ranges = new Map(cluster.settings.serviceCIDRs.map(rangeOf).map((range) => [range.family as string, range]));
  const allocated = (spec.ipFamilies ?? []).flatMap((family, index) => {
    const range = ranges.get(family);
    return range ? [allocateAddress(allocation, range, asked[index] ?? '')] : [];
  });
  const [first] = allocated;
  if (!first) return;
  spec.clusterIP = first;
  spec.clusterIPs = [...allocated, ...asked.slice(allocated.length)];
}

/** Also of what a write under way has reserved. */
function takenByOthers(cluster: Cluster, { metadata }: Service): (claim: string) => boolean {
  const reserved = reservations(cluster);
  const stored = claimsIn(cluster.state.of(services));
  const id = `${metadata.namespace}/${metadata.name}`;
  return (claim) => reserved.has(claim) || stored.isTaken(claim, id);
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
  const taken = takenByOthers(cluster, object);
  const allocation: Allocation = { cluster, kind, service: object, taken, own: new Set() };
  if (before) keepAddress(object.spec, before.spec);
  setFamilies(
    kind,
    object,
    before?.spec,
    cluster.settings.serviceCIDRs.map((cidr) => rangeOf(cidr).family),
  );
  allocateAddresses(allocation);
  const { nodePorts: range } = cluster.settings;
  const ports = { range, taken: (port: number) => taken(portClaim(port)), own: new Set<number>() };
  allocateNodePorts(object, before, ports);
  allocateHealthPort(object, before, ports);
  for (const port of ports.own) allocation.own.add(portClaim(port));
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
