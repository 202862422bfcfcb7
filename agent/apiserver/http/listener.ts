/** HTTP/2 and HTTP/1.1 on one TLS port. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../../api/errors.ts';
import type { Status } from '../../api/types.ts';
import type { Logger } from '../../log.ts';
import { authenticate } from '../authentication/authenticate.ts';
import { impersonated } from '../authentication/impersonate.ts';
import { authorize, isPublic } from '../authorization.ts';
import type { Core } from '../core.ts';
import { internalError, noSuchPath, unauthorized } from '../errors.ts';
import type { Handler } from '../handler.ts';
import { json } from '../reply.ts';
import { isTrue, type Method, parseResourcePath, type ServerRequest } from '../request.ts';
import { streamTargetOf } from '../streaming.ts';
import type { StreamProxy } from '../streams/types.ts';
import { anonymousUser, type UserInfo } from '../user.ts';
import { forbiddenRequest } from '../verbs/forbidden.ts';
import { parseBody, readBody, type WireRequest } from './body.ts';
import { respond, type Wire, type WireResponse } from './respond.ts';
import { isWebSocket, sendOverSocket } from './watch-socket.ts';

export interface ListenOptions {
  host: string;
  port: number;
  /** PEM. Clients present certificates of `ca`. */
  tls: { cert: string; key: string; ca: string };
}

export interface ListenerDependencies {
  core: Core;
  handler: Handler;
  log: Logger;
  streams: StreamProxy | undefined;
}

export interface Listener {
  port: number;
  close(): Promise<void>;
}

const headerOf = (request: WireRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

function userOf(core: Core, request: WireRequest, pathname: string): UserInfo {
  const user = authenticate(core, {
    socket: 'stream' in request ? request.stream.session?.socket : request.socket,
    authorization: headerOf(request, 'authorization'),
    webSocketProtocols: headerOf(request, 'sec-websocket-protocol'),
  });
  if (user) return impersonated(user, request.headers);
  // Somebody with a certificate of another cluster may still see that this one is well.
  if (isPublic(pathname)) return anonymousUser;
  throw unauthorized();
}

const pathOf = ({ url = '/' }: WireRequest): string => url.split('?', 1)[0] || '/';

/** A HEAD is a GET whose body is not sent. */
const methodOf = ({ method }: WireRequest): Method => (method === 'HEAD' ? 'GET' : method) as Method;

/** Before anything is read of what nobody may send. Throws 401 or 403. */
function allowedUser(core: Core, request: WireRequest): UserInfo {
  const pathname = pathOf(request);
  const user = userOf(core, request, pathname);
  const method = methodOf(request);
  if (authorize(user, method, pathname)) return user;
  throw forbiddenRequest({ user, method, pathname }, parseResourcePath(pathname));
}

async function serverRequest(core: Core, request: WireRequest, signal: AbortSignal): Promise<ServerRequest> {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const user = allowedUser(core, request);
  const bytes = request.method === 'GET' ? undefined : await readBody(request);
  const body = bytes && (await parseBody(bytes, headerOf(request, 'content-type') ?? '', request.method ?? ''));
  return {
    method: methodOf(request),
    pathname: pathOf(request),
    query: new URLSearchParams(at === -1 ? '' : url.slice(at + 1)),
    header: (name) => headerOf(request, name),
    user,
    body: () => body,
    signal,
    warnings: [],
  };
}

const wireOf = (request: WireRequest, response: WireResponse, parsed: ServerRequest | undefined): Wire => ({
  response,
  acceptEncoding: headerOf(request, 'accept-encoding') ?? '',
  pretty: parsed !== undefined && isTrue(parsed.query.get('pretty')),
  yaml: (headerOf(request, 'accept') ?? '').startsWith('application/yaml'),
  headOnly: request.method === 'HEAD',
  warnings: parsed?.warnings ?? [],
});

async function serve(
  { core, handler, streams, log }: ListenerDependencies,
  request: WireRequest,
  response: WireResponse,
) {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  let parsed: ServerRequest | undefined;
  try {
    const target = streams && streamTargetOf(request.url ?? '/');
    if (streams && target) {
      allowedUser(core, request);
      return await streams.request(target, request, response);
    }
    parsed = await serverRequest(core, request, gone.signal);
    await respond(wireOf(request, response, parsed), await handler(parsed));
  } catch (error) {
    if (response.headersSent) return response.destroy(error instanceof Error ? error : undefined);
    const known = error instanceof ApiError ? error : internalError(error);
    if (!(error instanceof ApiError)) log.error('Request failed', { path: request.url, error });
    await respond(wireOf(request, response, parsed), json(known.code, known.toStatus()));
  }
}

function refuseUpgrade(socket: Duplex, status: Status): void {
  const body = JSON.stringify(status);
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** A watch; anything else has no use for a WebSocket. */
async function upgradeWatch(
  { core, handler }: ListenerDependencies,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const reply = await handler(await serverRequest(core, request, gone.signal));
  if ('watch' in reply) return sendOverSocket(reply.watch, request, socket, head);
  const failed = 'body' in reply && reply.status >= 400;
  refuseUpgrade(socket, failed ? (reply.body.value() as Status) : noSuchPath().toStatus());
}

async function upgrade(dependencies: ListenerDependencies, request: IncomingMessage, socket: Duplex, head: Buffer) {
  const { core, streams } = dependencies;
  try {
    const target = streamTargetOf(request.url ?? '/');
    allowedUser(core, request);
    if (streams && target) return await streams.upgrade(target, request, socket, head);
    if (!target && isWebSocket(request)) return await upgradeWatch(dependencies, request, socket, head);
    throw noSuchPath();
  } catch (error) {
    const known = error instanceof ApiError ? error : internalError(error);
    refuseUpgrade(socket, known.toStatus());
  }
}

/** Clients that are killed, or whose machine sleeps, do not say goodbye: that is worth no warning. */
function logBroken(log: Logger, message: string, error: Error): void {
  const gone = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
  if (gone) log.info(message, { error });
  else log.warn(message, { error });
}

/** Milliseconds that a connection of HTTP/1.1 is kept for the next request; as upstream. */
const idleTimeout = 90_000;

function createServer(dependencies: ListenerDependencies, { tls }: ListenOptions): Http2SecureServer {
  const { log } = dependencies;
  const server = createSecureServer({
    ...tls,
    allowHTTP1: true,
    http1Options: { keepAliveTimeout: idleTimeout },
    requestCert: true,
    // Whoever comes without a certificate may have a token; a wrong certificate is nobody.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    settings: { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20 },
  });
  server.on(
    'request',
    (request: Http2ServerRequest | IncomingMessage, response: Http2ServerResponse | ServerResponse) => {
      void serve(dependencies, request, response).catch((error: unknown) => {
        log.error('Could not answer', { path: request.url, error });
        response.destroy();
      });
    },
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => logBroken(log, 'Upgraded connection failed', error));
    upgrade(dependencies, request, socket, head).catch((error: unknown) => {
      log.error('Could not answer', { path: request.url, error });
      socket.destroy();
    });
  });
  server.on('sessionError', (error) => logBroken(log, 'HTTP/2 session failed', error));
  server.on('tlsClientError', (error) => log.info('TLS handshake failed', { error }));
  return server;
}

export async function listen(dependencies: ListenerDependencies, options: ListenOptions): Promise<Listener> {
  const server = createServer(dependencies, options);
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
