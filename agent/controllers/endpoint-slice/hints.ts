/**
 * The hints by which proxies keep traffic in the zone or on the node of its source. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go
 */
import type { discovery, Service } from '../../api/types.ts';

const preferences = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);

/** Only a ready endpoint gets hints. Undefined if the service asks for none, or if the endpoint has no place. */
export function hintsFor(
  service: Service,
  { conditions, zone, nodeName }: discovery.Endpoint,
): discovery.Endpoint['hints'] {
  const distribution: string = service.spec.trafficDistribution ?? '';
  if (!preferences.has(distribution) || !conditions?.ready) return undefined;
  const forNode = distribution === 'PreferSameNode' ? nodeName : undefined;
  if (!zone && !forNode) return undefined;
  return {
    ...(zone ? { forZones: [{ name: zone }] } : {}),
    ...(forNode ? { forNodes: [{ name: forNode }] } : {}),
  };
}
