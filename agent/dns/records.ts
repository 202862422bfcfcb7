/** What the zone is made of, looked up in the informers' indices. */
import type { EndpointSlice, Service } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import { indexByService } from '../network/slices.ts';

export interface Records {
  service(namespace: string, name: string): Service | undefined;
  /** Slices of a service. */
  slices(namespace: string, name: string): EndpointSlice[];
  servicesAt(clusterIP: string): Service[];
  slicesAt(endpointIP: string): EndpointSlice[];
  hasNamespace(namespace: string): boolean;
}

export function recordsFrom(services: Informer<Service>, slices: Informer<EndpointSlice>): Records {
  const slicesOf = indexByService(slices);
  services.index('clusterIP', ({ spec }) => (spec.clusterIP && spec.clusterIP !== 'None' ? [spec.clusterIP] : []));
  services.index('namespace', ({ metadata }) => [metadata.namespace ?? '']);
  slices.index('ip', ({ endpoints }) => [...new Set((endpoints ?? []).flatMap(({ addresses }) => addresses))]);
  return {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    slices: (namespace, name) => slicesOf(`${namespace}/${name}`),
    servicesAt: (ip) => services.byIndex('clusterIP', ip),
    slicesAt: (ip) => slices.byIndex('ip', ip),
    hasNamespace: (namespace) => services.byIndex('namespace', namespace).length > 0,
  };
}
