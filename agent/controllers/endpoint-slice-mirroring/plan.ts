/**
 * Plans the slices for hand-written Endpoints of services without a selector. Pure.
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/pkg/controller/endpointslicemirroring
 */

import { canonicalJson } from '../../api/hash.ts';
import type { core, discovery, Endpoints, Service } from '../../api/types.ts';
import { type Family, familyOf, type Port } from '../shared/backends.ts';

export const manager = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
/** Leader election sets this annotation on objects that are locks, not endpoints. */
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

export interface MirrorGroup {
  family: Family;
  ports: Port[];
  endpoints: discovery.Endpoint[];
}

export const isMirrored = (endpoints: Endpoints | undefined, service: Service | undefined): boolean =>
  endpoints !== undefined &&
  service !== undefined &&
  Object.keys(service.spec.selector ?? {}).length === 0 &&
  endpoints.metadata.labels?.[skipLabel] !== 'true' &&
  endpoints.metadata.annotations?.[leaderAnnotation] === undefined;

function toEndpoint({ ip, hostname, nodeName, targetRef }: core.EndpointAddress, ready: boolean): discovery.Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

export function planMirror({ subsets = [] }: Endpoints): MirrorGroup[] {
  const groups = new Map<string, MirrorGroup>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const slicePorts = ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    }));
    const all = [
      ...addresses.map((address) => toEndpoint(address, true)),
      ...notReadyAddresses.map((address) => toEndpoint(address, false)),
    ];
    for (const endpoint of all) {
      const family = familyOf(endpoint.addresses[0] ?? '');
      const key = family + canonicalJson(slicePorts);
      const group = groups.get(key) ?? { family, ports: slicePorts, endpoints: [] };
      group.endpoints.push(endpoint);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}
