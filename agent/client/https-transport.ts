/**
 * The transport over HTTP/2: one TLS connection for all requests and watches of a process. It is opened on demand, and
 * again after it breaks. A request on a broken connection rejects; the caller (e.g. an informer) decides whether to
 * retry.
 */

import http2 from 'node:http2';
import { isIP, type TcpSocketConnectOpts } from 'node:net';
import { ApiError } from '../api/errors.ts';
import { parseExact } from '../api/json/parse.ts';
import { mediaType } from '../api/media-types.ts';
import type { WatchEvent } from '../api/types.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

export interface HttpsTransportOptions {
  /** The server's URL, e.g. `https://172.30.0.2:6443`. */
  server: string;
  /**
   * Where servers of that name answer: a connection goes to the first that can be reached. The name must be none of the
   * addresses. Absent: the name is looked up.
   */
  addresses?: readonly string[];
  /** PEM of the authority that signed the server's certificate. */
  ca: string | Buffer;
  /** A client certificate ... */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** ... or a bearer token. */
  token?: string;
}

export interface HttpsTransport extends Transport {
  /** Later requests use this certificate. Those under way, and open watches, go on until they end by themselves. */
  renew(credential: { cert: string; key: string }): void;
  close(): void;
}

/** Like client-go's HTTP/2 health check: a connection that is silent for 30 s is pinged, and closed 15 s later. */
const pingEvery = 30_000;
const pingTimeout = 15_000;
const connectTimeout = 10_000;
/** In bytes; the default of 64 KiB per connection would slow down large lists. */
const windowSize = 4 << 20;

/**
 * A connection tries all addresses that a lookup gives, one after the other:
 * https://nodejs.org/api/net.html#socketconnectoptions-connectlistener (autoSelectFamily)
 */
const lookupIn = (addresses: readonly string[]): Pick<TcpSocketConnectOpts, 'lookup' | 'autoSelectFamily'> => ({
  autoSelectFamily: true,
  lookup: (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    ),
});

function openSession(options: HttpsTransportOptions): http2.ClientHttp2Session {
  const session = http2.connect(options.server, {
    ca: options.ca,
    cert: options.cert,
    key: options.key,
    ...(options.addresses ? lookupIn(options.addresses) : {}),
    settings: { initialWindowSize: windowSize, enablePush: false },
  });
  const connecting = setTimeout(() => session.destroy(new Error('connection timed out')), connectTimeout);
  session.once('connect', () => {
    clearTimeout(connecting);
    session.setLocalWindowSize(windowSize);
  });
  let deadline: NodeJS.Timeout | undefined;
  const pinging = setInterval(() => {
    if (session.connecting || session.destroyed || deadline) return;
    deadline = setTimeout(() => session.destroy(new Error('connection lost: no answer to ping')), pingTimeout);
    session.ping((error) => {
      clearTimeout(deadline);
      deadline = undefined;
      if (error) session.destroy(error);
    });
  }, pingEvery);
  // The requests on the session report its errors; without a listener Node would end the process.
  session.on('error', () => session.destroy());
  session.once('goaway', () => session.close());
  session.once('close', () => {
    clearTimeout(connecting);
    clearTimeout(deadline);
    clearInterval(pinging);
  });
  return session;
}

/** Yields watch events as they arrive: one JSON document per line. */
async function* readLines(stream: http2.ClientHttp2Stream, signal?: AbortSignal): AsyncGenerator<WatchEvent> {
  // The pieces are joined once per line, because a line of megabytes comes in thousands of pieces.
  let pieces: string[] = [];
  try {
    for await (const chunk of stream) {
      const lines = String(chunk).split('\n');
      if (lines.length > 1) {
        lines[0] = [...pieces, lines[0]].join('');
        pieces = [];
      }
      pieces.push(lines.pop() ?? '');
      for (const line of lines) if (line) yield parseExact(line) as WatchEvent;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    stream.close(http2.constants.NGHTTP2_CANCEL);
  }
}

async function readBody(stream: http2.ClientHttp2Stream, contentType: string): Promise<unknown> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return contentType.includes('json') && text ? parseExact(text) : text;
}

function headersOf(headers: http2.IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

/** Resolves with the response's headers; rejects if the connection or the signal ends first. */
function responseTo(stream: http2.ClientHttp2Stream): Promise<http2.IncomingHttpHeaders & { ':status'?: number }> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('connection closed before an answer')));
  });
}

const isWatch = (path: string): boolean => /[?&]watch=(true|1)(&|$)/.test(path);

/** Creates the transport; it connects with the first request. `close` ends all requests. */
export function createHttpsTransport(options: HttpsTransportOptions): HttpsTransport {
  let credential: Pick<HttpsTransportOptions, 'cert' | 'key'> = options;
  let session: http2.ClientHttp2Session | undefined;
  const open = new Set<http2.ClientHttp2Session>();
  const connected = (): http2.ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    const opened = openSession({ ...options, cert: credential.cert, key: credential.key });
    open.add(opened);
    opened.once('close', () => open.delete(opened));
    session = opened;
    return opened;
  };

  const send = (request: ApiRequest): http2.ClientHttp2Stream => {
    const stream = connected().request(
      {
        ':method': request.method,
        ':path': request.path,
        accept: mediaType.json,
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...(request.body === undefined ? {} : { 'content-type': mediaType.json }),
        ...request.headers,
      },
      { endStream: request.body === undefined, signal: request.signal },
    );
    stream.setEncoding('utf8');
    if (request.body !== undefined) stream.end(JSON.stringify(request.body));
    return stream;
  };

  return {
    async request(request): Promise<ApiResponse> {
      request.signal?.throwIfAborted();
      const stream = send(request);
      const received = await responseTo(stream);
      // From here on errors reach the reader. Without this listener, an error before the first read would end the
      // process.
      stream.on('error', () => stream.close());
      const headers = headersOf(received);
      const status = received[':status'];
      if (status === undefined) throw new ApiError(500, 'InternalError', 'the server answered without a status');
      if (status < 400 && isWatch(request.path)) return { status, headers, events: readLines(stream, request.signal) };
      return { status, headers, body: await readBody(stream, headers['content-type'] ?? '') };
    },
    renew(next) {
      credential = next;
      session?.close();
      session = undefined;
    },
    close() {
      for (const each of open) each.destroy();
    },
  };
}
