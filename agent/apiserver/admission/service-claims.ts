/** Which address and node port is whose, of the services that are stored: found without looking through all of them. */
import type { AnyObject, Service } from '../../api/types.ts';
import type { StoredRecord } from '../state/record.ts';
import type { ResourceState } from '../state/resource-state.ts';

export const portClaim = (port: number): string => `port ${port}`;
export const addressClaim = (address: string): string => `ip ${address}`;

function claimsOf({ spec }: AnyObject & Partial<Service>): string[] {
  if (!spec) return [];
  const addresses = [spec.clusterIP, ...(spec.clusterIPs ?? [])].flatMap((ip) => (ip && ip !== 'None' ? ip : []));
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  const health = spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [];
  return [...addresses.map(addressClaim), ...[...ports, ...health].map(portClaim)];
}

export interface ServiceClaims {
  /** Whether another service than that one has it. */
  isTaken(claim: string, id: string): boolean;
}

function follow(services: ResourceState): ServiceClaims {
  /** Ids by claim. More than one where somebody has written to the store beside this server. */
  const holders = new Map<string, Set<string>>();
  const add = ({ id, object }: StoredRecord) => {
    for (const claim of claimsOf(object)) holders.set(claim, (holders.get(claim) ?? new Set()).add(id));
  };
  const remove = ({ id, object }: StoredRecord) => {
    for (const claim of claimsOf(object)) {
      const left = holders.get(claim);
      left?.delete(id);
      if (left?.size === 0) holders.delete(claim);
    }
  };
  for (const record of services.objects.list('')) add(record);
  services.followers.add(({ type, record, previous }) => {
    if (previous) remove(previous);
    if (type !== 'DELETED') add(record);
  });
  return {
    isTaken: (claim, id) => {
      const found = holders.get(claim);
      return found !== undefined && (found.size > 1 || !found.has(id));
    },
  };
}

const known = new WeakMap<ResourceState, ServiceClaims>();

/** Looks through the services once, and then follows them. */
export function claimsIn(services: ResourceState): ServiceClaims {
  const found = known.get(services) ?? follow(services);
  known.set(services, found);
  return found;
}
