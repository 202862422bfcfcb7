/** Which requests are not answered here but passed on to a kubelet, a pod or a service. */
import type { ServerRequest } from './request.ts';
import type { ResourcePath } from './request-info.ts';
import type { StreamTarget } from './streams/types.ts';

const subresources: Record<StreamTarget['resource'], readonly StreamTarget['subresource'][]> = {
  pods: ['log', 'exec', 'attach', 'portforward', 'proxy'],
  nodes: ['proxy'],
  services: ['proxy'],
};

const isStreamed = (resource: string): resource is StreamTarget['resource'] => Object.hasOwn(subresources, resource);

export function streamTargetOf(
  path: ResourcePath,
  { search }: Pick<ServerRequest, 'search'>,
): StreamTarget | undefined {
  if (path.group !== '' || path.watch || !isStreamed(path.resource)) return undefined;
  const subresource = subresources[path.resource].find((each) => each === path.subresource);
  if (!subresource) return undefined;
  const { resource, namespace, name, rest } = path;
  return { resource, namespace, name, subresource, path: rest, search };
}
