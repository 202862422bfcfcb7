/**
 * Which requests are not answered here but passed on to a kubelet, a pod or a service: the kind's declaration says so.
 */
import type { Kind } from '../api/kind.ts';
import { methodNotAllowed } from './errors.ts';
import type { ServerRequest } from './request.ts';
import type { ResourcePath } from './request-info.ts';
import { subresourceNamed } from './resources/subresource-scopes.ts';
import { isProxy, type StreamTarget } from './streams/types.ts';

/** Undefined for what is no stream. Throws `ApiError` 405 for a method that the stream does not have. */
export function streamTargetOf(
  kind: Kind,
  { namespace, name, subresource, rest, watch }: ResourcePath,
  { search, method }: Pick<ServerRequest, 'search' | 'method'>,
): StreamTarget | undefined {
  const declared = watch ? undefined : subresourceNamed(kind, subresource);
  const stream = declared?.stream;
  if (!stream || (rest !== '' && !isProxy(stream))) return undefined;
  const verb = method === 'GET' ? 'get' : method === 'POST' ? 'create' : undefined;
  // A proxy passes on what the pod behind it may understand.
  if (!isProxy(stream) && !(verb && declared.verbs.includes(verb))) throw methodNotAllowed();
  return { stream, namespace, name, path: rest, search };
}
