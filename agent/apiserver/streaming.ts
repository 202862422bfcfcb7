/** Which requests are not answered here but passed on to a kubelet, a pod or a service: the kind's declaration says so. */
import type { Kind } from '../api/kind.ts';
import type { ServerRequest } from './request.ts';
import type { ResourcePath } from './request-info.ts';
import { subresourceNamed } from './resources/subresource-scopes.ts';
import type { StreamTarget } from './streams/types.ts';

export function streamTargetOf(
  kind: Kind,
  { namespace, name, subresource, rest, watch }: ResourcePath,
  { search }: Pick<ServerRequest, 'search'>,
): StreamTarget | undefined {
  const stream = watch ? undefined : subresourceNamed(kind, subresource)?.stream;
  return stream && { stream, namespace, name, path: rest, search };
}
