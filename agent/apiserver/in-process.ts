/** The transport of components that share the process: the same pipeline without sockets and without encoding. */
import { copyOf } from '../api/json/value.ts';
import { mediaType } from '../api/media-types.ts';
import type { ApiRequest, ApiResponse, Transport } from '../client/transport.ts';
import type { CatchUp } from './catch-up.ts';
import { noSuchPath } from './errors.ts';
import type { Handler } from './handler.ts';
import type { Reply } from './reply.ts';
import type { ServerRequest } from './request.ts';
import type { UserInfo } from './user.ts';
import { warningHeaders } from './warnings.ts';

function serverRequest(user: UserInfo, request: ApiRequest): ServerRequest {
  const at = request.path.indexOf('?');
  const contentType = request.headers?.['content-type'] ?? mediaType.json;
  return {
    method: request.method,
    pathname: at === -1 ? request.path : request.path.slice(0, at),
    query: new URLSearchParams(at === -1 ? '' : request.path.slice(at + 1)),
    search: at === -1 ? '' : request.path.slice(at),
    header: (name) => (name === 'content-type' ? contentType : request.headers?.[name]),
    user,
    // The caller keeps its object; the pipeline fills in defaults in a copy of it.
    body: async () => copyOf(request.body),
    warnings: [],
  };
}

function responseOf(
  reply: Exclude<Reply, { passage: unknown }>,
  { warnings }: ServerRequest,
  signal: AbortSignal | undefined,
): ApiResponse {
  const headers: Record<string, string> = { 'content-type': mediaType.json };
  if (warnings.length > 0) headers.warning = warningHeaders(warnings).join(', ');
  // Streams need a connection of their own.
  if ('stream' in reply) return { status: 404, headers, body: noSuchPath().toStatus() };
  Object.assign(headers, reply.headers);
  if ('watch' in reply) {
    const stream = reply.watch;
    const events = stream.events();
    if (signal?.aborted) stream.close();
    else signal?.addEventListener('abort', () => stream.close(), { once: true });
    return { status: reply.status, headers, events };
  }
  if ('text' in reply)
    return { status: reply.status, headers: { ...headers, 'content-type': 'text/plain' }, body: reply.text };
  if ('binary' in reply) return { status: reply.status, headers, body: reply.binary };
  return { status: reply.status, headers, body: reply.body.value() };
}

export const inProcessTransport = (handler: Handler, user: UserInfo, catchUp: CatchUp): Transport => ({
  request: async (request) => {
    request.signal?.throwIfAborted();
    const parsed = serverRequest(user, request);
    const waiting = catchUp(parsed.pathname);
    if (waiting) await waiting;
    const reply = await handler(parsed);
    return 'passage' in reply ? reply.passage.call(request) : responseOf(reply, parsed, request.signal);
  },
});
