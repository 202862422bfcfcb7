/**
 * Answers one request as the table says: sends it elsewhere, passes it on to a backend, or says what is missing.
 * http-proxy-3 passes on WebSockets.
 * https://github.com/sagemathinc/http-proxy-3
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'http-proxy-3';
import { hasBody, type PassHooks, type ProxyRequest, type ProxyResponse } from './exchange.ts';
import { changeHeaders } from './header-changes.ts';
import { createHttp1Pass } from './http1-pass.ts';
import { createHttp2Pass } from './http2-pass.ts';
import { changedUrl, findRoute, hostNameOf, type Match } from './match.ts';
import type { Backend, HeaderChanges, Listener, Redirect, Target } from './table.ts';

export interface Passing {
  serve(listener: Listener, request: ProxyRequest, response: ProxyResponse): void;
  upgrade(listener: Listener, request: IncomingMessage, socket: Socket, head: Buffer): void;
  close(): void;
}

/** How often a request without a body is tried, each time at another address. */
const mostAttempts = 3;
const connectTimeout = 5_000;

function answer(response: ProxyResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.statusCode = status;
  response.end(`${text}\n`);
}

const refuseUpgrade = (socket: Socket, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
};

/** Requests take the addresses in turn; each further attempt takes the next one. */
const addressAt = ({ addresses }: Target, turn: number): string | undefined => addresses[turn % addresses.length];

/** The backend of the request with this number: each has its share of the numbers. */
export function backendAt(backends: readonly Backend[], random: number): Backend | undefined {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  return backends.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
}

function locationOf(redirect: Redirect, { scheme }: Listener, request: ProxyRequest, match: Match): string {
  const [, given] = /:(\d+)$/.exec(request.headers.host ?? '') ?? [];
  const to = redirect.scheme ?? scheme;
  const standard = to === 'https' ? 443 : 80;
  const port = redirect.port ?? (redirect.scheme || !given ? standard : Number(given));
  const host = `${redirect.host ?? hostNameOf(request.headers.host)}${port === standard ? '' : `:${port}`}`;
  return `${to}://${host}${changedUrl(request.url ?? '/', redirect.path, match)}`;
}

function findMatch(listener: Listener, { headers, method = 'GET', url = '/' }: ProxyRequest): Match | undefined {
  return findRoute(listener, { host: hostNameOf(headers.host), method, url, headers });
}

/** HTTP/2 has the host in a header of its own. */
function nameHost({ headers }: ProxyRequest): void {
  const authority = headers[':authority'];
  if (typeof authority !== 'string') return;
  headers.host = authority;
  delete headers[':authority'];
}

/** What the backend is told; `x-forwarded-host` stays what the client asked for. */
function prepare(request: ProxyRequest, match: Match, backend: Backend): void {
  const { rewrite, request: changes } = match.route;
  request.headers['x-forwarded-host'] ??= request.headers.host ?? '';
  request.url = changedUrl(request.url ?? '/', rewrite?.path, match);
  if (rewrite?.host !== undefined) request.headers.host = rewrite.host;
  changeHeaders(request.headers, [...changes, ...backend.request]);
}

function forward(request: ProxyRequest, { scheme }: Listener): void {
  const add = (name: string, value: string) => {
    const old = request.headers[name];
    request.headers[name] = old ? `${String(old)},${value}` : value;
  };
  add('x-forwarded-for', request.socket.remoteAddress ?? '');
  add('x-forwarded-proto', scheme);
  const [, port = scheme === 'https' ? '443' : '80'] = /:(\d+)/.exec(request.headers.host ?? '') ?? [];
  add('x-forwarded-port', port);
}

/** What a request is on its way with. */
interface Passage {
  request: ProxyRequest;
  response: ProxyResponse;
  target: Target;
  /** Of the addresses' turns. */
  first: number;
  /** Of the answer. */
  changes: readonly HeaderChanges[];
}

/** `sourceIP`: the address from which backends are asked; undefined: the kernel chooses. */
export function createPassing(sourceIP?: string): Passing {
  const source = sourceIP === undefined ? {} : { localAddress: sourceIP };
  let turn = 0;
  const proxy = createProxyServer({ secure: false, connectTimeout, ws: true, ...source });
  const http1 = createHttp1Pass({ connectTimeout, ...source });
  const http2 = createHttp2Pass({ connectTimeout, ...source });

  const pass = (passage: Passage, attempt = 0): void => {
    const { request, response, target, first, changes } = passage;
    const address = addressAt(target, first + attempt);
    if (!address) {
      answer(response, 503, 'no pod of the service is ready');
      return;
    }
    const failed = (error: Error): void => {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (!hasBody(request) && attempt + 1 < mostAttempts) pass(passage, attempt + 1);
      else answer(response, 502, `the service does not answer at ${address}: ${error.message}`);
    };
    const hooks: PassHooks = { answered: (headers) => changeHeaders(headers, changes), failed };
    const { protocol } = target;
    if (protocol === 'h2c' || protocol === 'h2') http2.pass(request, response, { protocol, address }, hooks);
    else http1.pass(request, response, { protocol, address }, hooks);
  };

  /** Without an answer in time, the client gets 504. */
  const limit = ({ route }: Match, response: ProxyResponse): void => {
    if (route.timeout === undefined) return;
    const timer = setTimeout(() => {
      if (!response.headersSent) answer(response, 504, 'the service has not answered in time');
    }, route.timeout);
    response.on('close', () => clearTimeout(timer));
  };

  return {
    serve(listener, request, response) {
      nameHost(request);
      const match = findMatch(listener, request);
      if (!match) return answer(response, 404, 'no ingress or route has a path for this request');
      const { redirect, backends, response: changes } = match.route;
      if (redirect) {
        const location = locationOf(redirect, listener, request, match);
        return answer(response, redirect.status, `this is at ${location}`, { location });
      }
      const backend = backendAt(backends, Math.random());
      if (!backend?.target) return answer(response, 500, 'the route has no valid backend for this request');
      forward(request, listener);
      prepare(request, match, backend);
      limit(match, response);
      pass({ request, response, target: backend.target, first: turn++, changes: [...backend.response, ...changes] });
    },
    upgrade(listener, request, socket, head) {
      socket.on('error', () => socket.destroy());
      const match = findMatch(listener, request);
      const backend = match && backendAt(match.route.backends, Math.random());
      const address = backend?.target && addressAt(backend.target, turn++);
      if (!match || !backend?.target || !address)
        return refuseUpgrade(socket, match ? '503 Service Unavailable' : '404 Not Found');
      forward(request, listener);
      prepare(request, match, backend);
      const { protocol } = backend.target;
      const scheme = protocol === 'https' || protocol === 'h2' ? 'https' : 'http';
      proxy.ws(request, socket, head, { target: `${scheme}://${address}` }, () =>
        refuseUpgrade(socket, '502 Bad Gateway'),
      );
    },
    close() {
      http1.close();
      http2.close();
    },
  };
}
