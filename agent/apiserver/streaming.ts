/** Which requests are not answered here but passed on to a kubelet, a pod or a service: the kind's declaration says so. */
import type { Kind } from '../api/kind.ts';
import type { ServerRequest } from './request.ts';
import type { ResourcePath } from './request-info.ts';
import { subresourceNamed } from './resources/subresource-scopes.ts';
import type { StreamTarget } from './streams/types.ts';

export function streamTargetOf(
  kind: Kind,
  { resource, namespace, name, subresource, rest, watch }: ResourcePath,
  { search }: Pick<ServerRequest, 'search'>,
): StreamTarget | undefined {
  if (watch || !subresourceNamed(kind, subresource)?.streamed) return undefined;
  return { resource, namespace, name, subresource, path: rest, search };
}
