/**
 * The records of the zone, read from the informers' indices.
 * https://github.com/kubernetes/dns/blob/master/docs/specification.md
 */
import type { EndpointSlice, Service } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import { indexByService } from '../network/slices.ts';

export interface Records {
  service(namespace: string, name: string): Service | undefined;
  /** The slices of a service. */
  slices(namespace: string, name: string): EndpointSlice[];
  servicesAt(clusterIP: string): Service[];
  slicesAt(endpointIP: string): EndpointSlice[];
  hasNamespace(namespace: string): boolean;
}

export function recordsFrom(services: Informer<Service>, slices: Informer<EndpointSlice>): Records {
  const slicesOf = indexByService(slices);
  services.index('dns/clusterIP', ({ spec }) =>
    (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip && ip !== 'None'),
  );
  services.index('dns/namespace', ({ metadata }) => [metadata.namespace ?? '']);
  slices.index('dns/ip', ({ endpoints }) => [...new Set((endpoints ?? []).flatMap(({ addresses }) => addresses))]);
  return {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    slices: (namespace, name) => slicesOf(`${namespace}/${name}`),
    servicesAt: (ip) => services.byIndex('dns/clusterIP', ip),
    slicesAt: (ip) => slices.byIndex('dns/ip', ip),
    hasNamespace: (namespace) => services.byIndex('dns/namespace', namespace).length > 0,
  };
}
