/** Lookups through the API server's own pipeline, as a component. */
import { ApiError } from '../../api/errors.ts';
import type { EndpointSlice, Node, ObjectList, Pod, Service, Status } from '../../api/types.ts';
import type { Transport } from '../../client/transport.ts';
import type { StreamLookup } from './types.ts';

export function createStreamLookup(transport: Transport): StreamLookup {
  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await transport.request({ method: 'GET', path });
    if (status !== 200) throw ApiError.fromStatus({ ...(body as Partial<Status>), code: status });
    return body as T;
  };
  const inNamespace = (namespace: string, plural: string, name: string): string =>
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`;
  return {
    pod: (namespace, name) => get<Pod>(inNamespace(namespace, 'pods', name)),
    node: (name) => get<Node>(`/api/v1/nodes/${encodeURIComponent(name)}`),
    service: (namespace, name) => get<Service>(inNamespace(namespace, 'services', name)),
    endpointSlices: async (namespace, service) => {
      const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
      const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
      return (await get<ObjectList<EndpointSlice>>(`${path}?labelSelector=${selector}`)).items;
    },
  };
}
