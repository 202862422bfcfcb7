/** Lookups of endpoint slices that the proxy and the DNS share. */
import type { EndpointSlice } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';

/**
 * `ns/name` of the service that a slice belongs to.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
export const serviceKeyOf = ({ metadata }: EndpointSlice): string | undefined => {
  const name = metadata.labels?.['kubernetes.io/service-name'];
  return name ? `${metadata.namespace}/${name}` : undefined;
};

/** Informers are shared and keep the first index of a name, so the name includes this folder's. */
const indexName = 'network/service';

/** Declares the index and returns its lookup. Safe to call more than once on the same informer. */
export function indexByService(slices: Informer<EndpointSlice>): (serviceKey: string) => EndpointSlice[] {
  slices.index(indexName, (slice) => {
    const key = serviceKeyOf(slice);
    return key ? [key] : [];
  });
  return (serviceKey) => slices.byIndex(indexName, serviceKey);
}
