/** HTTP/2 and HTTP/1.1 on one TLS port. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../../api/errors.ts';
import type { Status } from '../../api/types.ts';
import type { Logger } from '../../log.ts';
import type { MetricsRegistry } from '../../metrics/registry.ts';
import { isWebSocket } from '../../streams/websocket.ts';
import { type Authenticated, authenticate } from '../authentication/authenticate.ts';
import { impersonated } from '../authentication/impersonate.ts';
import type { Core } from '../core.ts';
import { internalError, noSuchPath, unauthorized } from '../errors.ts';
import { createFlowControl } from '../flow-control/flow-control.ts';
import { flowObjects } from '../flow-control/objects.ts';
import { type Handler, statusReply } from '../handler.ts';
import { encodingOf } from '../media.ts';
import { isTrue, type Method, type ServerRequest } from '../request.ts';
import { pathInfo } from '../request-info.ts';
import type { StreamProxy } from '../streams/types.ts';
import type { MayUpgrade } from '../upgrades.ts';
import { anonymousUser } from '../user.ts';
import { type Bodies, createBodies } from './body.ts';
import { type Connections, createConnections, handshakeTimeout, idleTimeout } from './connections.ts';
import type { WireRequest } from './gather.ts';
import { Admission, type Limits, usualSeats } from './in-flight.ts';
import { respond, type Wire, type WireResponse } from './respond.ts';
import { createWatchLimit, usualWatches } from './watch-limit.ts';
import { sendOverSocket } from './watch-socket.ts';
import { createYamlThread, type YamlThread } from './yaml-thread.ts';

export interface ListenOptions {
  host: string;
  port: number;
  /** PEM. Clients present certificates of `ca`. */
  tls: { cert: string; key: string; ca: string };
  /** Requests that may be under way at once; absent: as many as upstream. */
  seats?: number;
  /** Watches that one user may have open at once; absent: thousands. */
  watches?: number;
}

export interface ListenerDependencies {
  core: Core;
  handler: Handler;
  log: Logger;
  streams: StreamProxy | undefined;
  mayUpgrade: MayUpgrade;
  metrics: MetricsRegistry;
  /** Until it resolves, requests wait; absent: they are served at once. */
  started?: Promise<void> | undefined;
}

/** What serves the requests of one port. */
interface Serving extends ListenerDependencies, Limits {
  bodies: Bodies;
  yaml: YamlThread;
  connections: Connections;
}

export interface Listener {
  port: number;
  close(): Promise<void>;
}

const headerOf = (request: WireRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** HTTP/2's request makes one for each time that it is asked for its socket; the session has it. */
const socketOf = (request: WireRequest): Socket | undefined =>
  'stream' in request ? request.stream.session?.socket : request.socket;

function clientOf(core: Core, request: WireRequest, pathname: string): Authenticated {
  const known = authenticate(core, {
    socket: socketOf(request),
    authorization: headerOf(request, 'authorization'),
    webSocketProtocols: headerOf(request, 'sec-websocket-protocol'),
  });
  if (known) return { ...known, user: impersonated(core.authorizer, known.user, request.headers) };
  // Somebody with a certificate of another cluster may still see that this one is well.
  if (core.authorizer.authorize(pathInfo(anonymousUser, 'get', pathname)).decision === 'allow') {
    return { user: anonymousUser, warnings: [] };
  }
  throw unauthorized();
}

const pathOf = ({ url = '/' }: WireRequest): string => url.split('?', 1)[0] || '/';

/** A HEAD is a GET whose body is not sent. */
const methodOf = ({ method }: WireRequest): Method => (method === 'HEAD' ? 'GET' : method) as Method;

/** Throws 401 where nobody knows the client. Nothing is read of the body before the handler asks for it. */
function serverRequest({ core, bodies, connections }: Serving, request: WireRequest): ServerRequest {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const pathname = pathOf(request);
  const { user, warnings } = clientOf(core, request, pathname);
  const socket = socketOf(request);
  if (socket) connections.used(socket, user === anonymousUser ? '' : user.username);
  return {
    method: methodOf(request),
    pathname,
    query: new URLSearchParams(at === -1 ? '' : url.slice(at + 1)),
    search: at === -1 ? '' : url.slice(at),
    header: (name) => headerOf(request, name),
    user,
    body: async (limits) =>
      request.method === 'GET' ? undefined : bodies.read(request, { limits, user: user.username }),
    warnings: [...warnings],
  };
}

const wireOf = (
  { core, yaml }: Serving,
  request: WireRequest,
  response: WireResponse,
  parsed: ServerRequest | undefined,
): Wire => ({
  response,
  turns: methodOf(request) === 'GET' ? core.readTurns : core.turns,
  acceptEncoding: headerOf(request, 'accept-encoding') ?? '',
  pretty: parsed !== undefined && isTrue(parsed.query.get('pretty')),
  encoding: () => encodingOf(headerOf(request, 'accept')),
  yaml: (bytes) => yaml.write(bytes, parsed?.user.username ?? ''),
  headOnly: request.method === 'HEAD',
  warnings: parsed?.warnings ?? [],
});

async function serve(serving: Serving, request: WireRequest, response: WireResponse) {
  const { handler, streams, log, started } = serving;
  if (started) await started;
  let parsed: ServerRequest | undefined;
  try {
    const admission = new Admission(serving, response, (name, value) => response.setHeader(name, value));
    const waiting = serving.core.catchUp(pathOf(request));
    if (waiting) await waiting;
    parsed = serverRequest(serving, request);
    const reply = await handler(parsed, admission.admit);
    admission.begun();
    if ('passage' in reply) return await reply.passage.request(request, response);
    if (!('stream' in reply)) return await respond(wireOf(serving, request, response, parsed), reply);
    if (!streams) throw noSuchPath();
    await streams.request(reply.stream, request, response);
  } catch (error) {
    if (response.headersSent) return response.destroy(error instanceof Error ? error : undefined);
    const known = error instanceof ApiError ? error : internalError(error);
    if (!(error instanceof ApiError)) log.error('Request failed', { path: request.url, error });
    // In JSON, which is always there: YAML may be what has failed.
    const wire = wireOf(serving, request, response, parsed);
    await respond(wire, { ...statusReply(known), encoding: 'json' });
  }
}

function refuseUpgrade(socket: Duplex, status: Status, headers: Record<string, string> = {}): void {
  const body = JSON.stringify(status);
  const fields = {
    ...headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status.code} ${status.reason}\r\n${lines.join('')}\r\n${body}`);
}

/** Streams and watches: `mayUpgrade` lets nothing else come here, an error aside. */
async function upgrade(serving: Serving, request: IncomingMessage, socket: Duplex, head: Buffer) {
  const { handler, streams, started } = serving;
  try {
    if (started) await started;
    const admission = new Admission(serving, socket);
    const waiting = serving.core.catchUp(pathOf(request));
    if (waiting) await waiting;
    const reply = await handler(serverRequest(serving, request), admission.admit);
    admission.upgraded();
    if ('passage' in reply) return await reply.passage.upgrade(request, socket, head);
    if ('stream' in reply && streams) return await streams.upgrade(reply.stream, request, socket, head);
    if ('watch' in reply && isWebSocket(request)) return await sendOverSocket(reply.watch, { request, socket, head });
    const failed = 'body' in reply && reply.status >= 400;
    if (failed) refuseUpgrade(socket, reply.body.value() as Status, reply.headers);
    else refuseUpgrade(socket, noSuchPath().toStatus());
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

function createServer(serving: Serving, { tls }: ListenOptions): Http2SecureServer {
  const { log, connections, mayUpgrade } = serving;
  const server = createSecureServer({
    ...tls,
    allowHTTP1: true,
    http1Options: { keepAliveTimeout: idleTimeout },
    handshakeTimeout,
    requestCert: true,
    // Whoever comes without a certificate may have a token; a wrong certificate is nobody.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    settings: { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20 },
  });
  // What `createServer` of node:http has an option for (Node 24.9) is a property here. Without it every offer of another
  // protocol comes as an upgrade.
  Object.assign(server, { shouldUpgradeCallback: mayUpgrade });
  server.on(
    'request',
    (request: Http2ServerRequest | IncomingMessage, response: Http2ServerResponse | ServerResponse) => {
      void serve(serving, request, response).catch((error: unknown) => {
        log.error('Could not answer', { path: request.url, error });
        response.destroy();
      });
    },
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => logBroken(log, 'Upgraded connection failed', error));
    upgrade(serving, request, socket, head).catch((error: unknown) => {
      log.error('Could not answer', { path: request.url, error });
      socket.destroy();
    });
  });
  server.on('connection', (socket: Socket) => connections.opened(socket));
  server.on('session', (session) => connections.session(session));
  server.on('sessionError', (error) => logBroken(log, 'HTTP/2 session failed', error));
  server.on('tlsClientError', (error) => log.info('TLS handshake failed', { error }));
  return server;
}

export async function listen(dependencies: ListenerDependencies, options: ListenOptions): Promise<Listener> {
  const { clock, turns, state, kinds } = dependencies.core;
  const yaml = createYamlThread(clock);
  const bodies = createBodies({ clock, turns, yaml });
  const serving: Serving = {
    ...dependencies,
    bodies,
    yaml,
    connections: createConnections(clock),
    watches: createWatchLimit(options.watches ?? usualWatches),
    flows: createFlowControl({
      objects: flowObjects(state, kinds),
      clock,
      seats: options.seats ?? usualSeats,
      metrics: dependencies.metrics,
    }),
  };
  void dependencies.started?.then(() => {
    serving.started = undefined;
  });
  const server = createServer(serving, options);
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
        serving.connections.close();
        serving.flows.close();
        yaml.close();
      }),
  };
}
