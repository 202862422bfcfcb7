/** Passes requests and upgrades on to another HTTP server, byte by byte. */
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import type { Duplex, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionOptions } from 'node:tls';
import { ApiError } from '../../api/errors.ts';
import type { StreamRequest, StreamResponse } from './types.ts';

export interface Backend {
  url: URL;
  /** With the query, to send in place of the URL's, which is tidied: dots are resolved and backslashes are slashes. */
  path?: string;
  /** With the client certificate for kubelets; absent for what listens in pods. */
  agent?: Agent;
  /** Whom the certificate must name and who must have signed it, where the agent does not know. */
  connection?: ConnectionOptions;
  /** To send; see `endToEnd` and `upgradeHeaders`. */
  headers: IncomingHttpHeaders;
}

/** How long a kubelet may take to accept a connection. */
const connectTimeout = 30_000;

/** Meant for one connection only, or for us: RFC 9110 7.6.1. `:`-names are HTTP/2's own. */
const ownHeaders = new Set([
  'authorization',
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !name.startsWith(':') && !ownHeaders.has(name),
    ),
  );

/** Of HTTP/2: the head of the request may have been all of it. */
const endsWithHead = (request: Readable): boolean => {
  const stream: unknown = Reflect.get(request, 'stream');
  return stream instanceof Object && Reflect.get(stream, 'endAfterHeaders') === true;
};

/** What the client sends after the head; undefined where there is nothing. */
export const bodyOf = (request: StreamRequest): Readable | undefined => {
  const { headers, httpVersion } = request;
  const isEmpty =
    httpVersion === '2.0'
      ? endsWithHead(request)
      : headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return isEmpty ? undefined : request;
};

/** Without a length, Node frames the body of a POST only; that of a DELETE would run into what comes next. */
const framed = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  headers['content-length'] === undefined ? { ...headers, 'transfer-encoding': 'chunked' } : headers;

/** Resolves with the answer's head; rejects with what `net/http` would say where there is none. */
export async function send(
  { headers, ...backend }: Backend,
  method: string,
  body: Readable | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url } = backend;
  const outgoing = start(backend, { method, headers: body ? framed(headers) : headers, signal });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.once('response', resolve);
  outgoing.once('error', (error) => reject(new Error(dialError(error, url), { cause: error })));
  if (body) body.pipe(outgoing);
  else outgoing.end();
  return promise;
}

/**
 * `through` is what the body goes through on its way. Aborting it is the client leaving, which is no failure; a backend
 * that breaks off cuts the answer short.
 */
export async function passOn(
  answer: IncomingMessage,
  response: StreamResponse,
  headers: Record<string, string | string[]>,
  through: readonly Transform[] = [],
): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, headers);
  // A watch or a log may have nothing to say for long: the client must learn that it has begun.
  response.flushHeaders?.();
  try {
    await pipeline([answer, ...through, response]);
  } catch {
    // Nothing can be said any more in either direction: the answer's head has gone out. Both ends are cut.
    answer.destroy();
    response.destroy();
  }
}

/** What an `Upgrade` needs of the client's headers: it has no body. */
export function upgradeHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'content-length': _length, ...rest } = endToEnd(headers);
  return { ...rest, connection: 'Upgrade', upgrade: headers.upgrade };
}

/**
 * Rejects while nothing has been answered; afterwards the two sockets are joined until either ends. `signal` ends the
 * wait for the head of an answer, and nothing after that.
 */
export async function passUpgradeOn(
  { headers, signal, ...backend }: Backend & { signal?: AbortSignal },
  request: StreamRequest,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const { url } = backend;
  const outgoing = start(backend, { method: request.method, headers });
  const giveUp = (): void => void outgoing.destroy(new Error('timeout awaiting response headers'));
  const onClose = (): void => void outgoing.destroy();
  signal?.addEventListener('abort', giveUp, { once: true });
  socket.once('close', onClose);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  outgoing.once('upgrade', (answer, other, rest) => {
    signal?.removeEventListener('abort', giveUp);
    socket.off('close', onClose);
    socket.write(headOf(answer));
    if (rest.length > 0) socket.write(rest);
    if (head.length > 0) other.write(head);
    join(socket, other);
    resolve();
  });
  outgoing.once('response', (answer) => {
    signal?.removeEventListener('abort', giveUp);
    answer.headers.connection = 'close';
    delete answer.headers['transfer-encoding'];
    socket.write(headOf(answer));
    resolve(pipeline(answer, socket));
  });
  outgoing.once('error', (error) => {
    if (socket.destroyed) resolve();
    else reject(new ApiError(500, '', `error dialing backend: ${dialError(error, url)}`));
  });
  outgoing.end();
  await promise;
}

interface StartOptions {
  method: string | undefined;
  headers: IncomingHttpHeaders;
  signal?: AbortSignal;
}

function start({ url, path, agent, connection }: Omit<Backend, 'headers'>, rest: StartOptions): ClientRequest {
  const options = { ...rest, agent, ...connection, ...(path === undefined ? {} : { path }) };
  // What listens in a pod has a certificate of its own making; upstream's proxy does not check it either.
  const outgoing =
    url.protocol === 'http:'
      ? httpRequest(url, { ...options, agent: undefined })
      : httpsRequest(url, options.agent ? options : { ...options, rejectUnauthorized: false });
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    socket.setTimeout(connectTimeout, () => outgoing.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => socket.setTimeout(0));
  });
  return outgoing;
}

/** Whoever ends says so to the other; whoever breaks off breaks the other off. */
function join(client: Duplex, backend: Duplex): void {
  client.pipe(backend);
  backend.pipe(client);
  for (const [one, other] of [
    [client, backend],
    [backend, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => {
      if (!one.readableEnded) other.destroy();
      else other.end();
    });
  }
}

/** The status line and the headers as they came. */
function headOf(answer: IncomingMessage): string {
  const lines = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('')}\r\n`;
}

const systemErrors: Record<string, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
  ECONNRESET: 'read: connection reset by peer',
};

/** As Go words it, which is what people search for. */
function dialError(error: NodeJS.ErrnoException, { host }: URL): string {
  const known = systemErrors[error.code ?? ''];
  return known ? `dial tcp ${host}: ${known}` : error.message;
}
