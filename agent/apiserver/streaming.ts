/** Which requests are not answered here but passed on to a kubelet, a pod or a service. */
import { parseResourcePath } from './request.ts';
import type { StreamTarget } from './streams/types.ts';

const subresources: Record<StreamTarget['resource'], readonly StreamTarget['subresource'][]> = {
  pods: ['log', 'exec', 'attach', 'portforward', 'proxy'],
  nodes: ['proxy'],
  services: ['proxy'],
};

const isStreamed = (resource: string): resource is StreamTarget['resource'] => resource in subresources;

export function streamTargetOf(url: string): StreamTarget | undefined {
  const at = url.indexOf('?');
  const path = parseResourcePath(at === -1 ? url : url.slice(0, at));
  if (path?.group !== '' || path.watch || !isStreamed(path.resource)) return undefined;
  const subresource = subresources[path.resource].find((each) => each === path.subresource);
  if (!subresource) return undefined;
  const { resource, namespace, name, rest } = path;
  return { resource, namespace, name, subresource, path: rest, search: at === -1 ? '' : url.slice(at) };
}
