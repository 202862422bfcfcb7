/**
 * Passes requests on to backends that speak HTTP/2: gRPC, `appProtocol: kubernetes.io/h2c`. Streams both ways, with
 * trailers.
 * https://nodejs.org/api/http2.html#clienthttp2sessionrequestheaders-options
 */
import type { ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import {
  connectionHeaders,
  type PassHooks,
  type PassOptions,
  type ProxyRequest,
  type ProxyResponse,
} from './exchange.ts';
import type { Headers } from './header-changes.ts';

export interface Http2Backend {
  protocol: 'h2c' | 'h2';
  /** `address:port` */
  address: string;
}

export interface Http2Pass {
  pass(request: ProxyRequest, response: ProxyResponse, backend: Http2Backend, hooks: PassHooks): void;
  close(): void;
}

/** Headers that HTTP/2 has not, or under another name. https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2 */
const ofConnection = new Set([...connectionHeaders, 'host']);

const withoutConnection = (headers: Headers): Headers =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) =>
        !name.startsWith(':') &&
        !ofConnection.has(name) &&
        !(name === 'te' && value !== 'trailers') &&
        value !== undefined,
    ),
  );

/** Sessions are kept, one per backend, for as long as they last. */
export function createHttp2Pass({ connectTimeout, ...source }: PassOptions): Http2Pass {
  const sessions = new Map<string, ClientHttp2Session>();

  const sessionFor = ({ protocol, address }: Http2Backend): ClientHttp2Session => {
    const origin = `${protocol === 'h2' ? 'https' : 'http'}://${address}`;
    const known = sessions.get(origin);
    if (known && !known.closed && !known.destroyed) return known;
    const session = connect(origin, { rejectUnauthorized: false, ...source });
    const timer = setTimeout(() => session.destroy(new Error('it takes too long to connect')), connectTimeout);
    const forget = () => {
      clearTimeout(timer);
      if (sessions.get(origin) === session) sessions.delete(origin);
    };
    session.once('connect', () => clearTimeout(timer));
    session.on('goaway', forget).on('close', forget);
    // Each stream of the session fails with it, and says so.
    session.on('error', forget);
    sessions.set(origin, session);
    return session;
  };

  return {
    pass(request, response, backend, hooks) {
      const stream = sessionFor(backend).request(
        {
          ...withoutConnection(request.headers),
          ':method': request.method ?? 'GET',
          ':path': request.url ?? '/',
          ':scheme': backend.protocol === 'h2' ? 'https' : 'http',
          ':authority': request.headers.host ?? backend.address,
        },
        { waitForTrailers: true },
      );
      let isOver = false;
      const fail = (error: Error): void => {
        if (isOver) return;
        isOver = true;
        if (response.headersSent) response.destroy();
        else hooks.failed(error);
      };
      stream.on('wantTrailers', () => stream.sendTrailers(withoutConnection(request.trailers)));
      stream.on('response', (headers) => {
        const { [constants.HTTP2_HEADER_STATUS]: status, ...rest } = headers;
        const answer = withoutConnection(rest);
        hooks.answered(answer);
        for (const [name, value] of Object.entries(answer)) if (value !== undefined) response.setHeader(name, value);
        response.statusCode = Number(status);
        // Node sends the headers of HTTP/1.1 with the first piece of the body: a stream may have none for a long time.
        if ('flushHeaders' in response) response.flushHeaders();
        else response.writeHead(response.statusCode);
        stream.pipe(response as ServerResponse, { end: false });
      });
      stream.on('trailers', (trailers) => response.addTrailers(withoutConnection(trailers) as Record<string, string>));
      stream.on('end', () => {
        isOver = true;
        response.end();
      });
      stream.on('error', fail);
      stream.on('close', () => fail(new Error('the connection was closed')));
      request.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
      response.on('close', () => {
        if (isOver) return;
        isOver = true;
        stream.close(constants.NGHTTP2_CANCEL);
      });
      request.pipe(stream);
    },
    close() {
      for (const session of sessions.values()) session.destroy();
    },
  };
}
