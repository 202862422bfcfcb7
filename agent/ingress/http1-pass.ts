/**
 * Passes requests on to backends that speak HTTP/1.1, by undici, Node's own client: it costs half of what
 * `http.request` does. Streams both ways, with trailers.
 * https://github.com/nodejs/undici/blob/main/docs/docs/api/Dispatcher.md
 */
import { PassThrough } from 'node:stream';
import type { Dispatcher } from 'undici';
import UndiciAgent from 'undici/lib/dispatcher/agent.js';
import {
  connectionHeaders,
  hasBody,
  type PassHooks,
  type PassOptions,
  type ProxyRequest,
  type ProxyResponse,
} from './exchange.ts';
import type { Headers } from './header-changes.ts';

export interface Http1Backend {
  protocol: 'http' | 'https';
  /** `address:port` */
  address: string;
}

export interface Http1Pass {
  pass(request: ProxyRequest, response: ProxyResponse, backend: Http1Backend, hooks: PassHooks): void;
  close(): void;
}

/** In HTTP/1.1 these two are of one connection as well. */
const ofConnection = new Set([...connectionHeaders, 'te', 'trailer']);
/** Node has answered `expect: 100-continue` already. */
const ofRequest = new Set([...ofConnection, 'expect']);

/** The names that a `connection` header adds to those of the connection. */
const namedIn = (connection: string): string[] => {
  const plain = connection === 'keep-alive' || connection === 'close';
  return plain ? [] : connection.split(',').map((name) => name.trim().toLowerCase());
};

/** Names and values in turn, which is what undici takes without a copy. */
function headersFor({ headers }: ProxyRequest): string[] {
  const named = namedIn(headers.connection ?? '');
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name.startsWith(':') || ofRequest.has(name) || named.includes(name)) continue;
    if (Array.isArray(value)) for (const each of value) list.push(name, each);
    else list.push(name, value);
  }
  return list;
}

const latin1 = (bytes: Buffer | string): string => (typeof bytes === 'string' ? bytes : bytes.toString('latin1'));

/** The headers as Node would read them: undici reads values as UTF-8, which Node would refuse to write. */
function answeredHeaders(raw: readonly (Buffer | string)[]): Headers {
  const headers: Headers = {};
  let connection = '';
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = latin1(raw[at] ?? '').toLowerCase();
    const value = latin1(raw[at + 1] ?? '');
    if (name === 'connection') connection = value;
    if (ofConnection.has(name)) continue;
    const old = headers[name];
    if (name === 'set-cookie') headers[name] = Array.isArray(old) ? [...old, value] : [value];
    else headers[name] = old === undefined ? value : `${String(old)}, ${value}`;
  }
  for (const name of namedIn(connection)) delete headers[name];
  return headers;
}

const writeHead = (response: ProxyResponse, status: number, headers: Headers): unknown =>
  'stream' in response ? response.writeHead(status, headers) : response.writeHead(status, headers);

/** HTTP/2 sends headers at once. */
const flush = (response: ProxyResponse): void => {
  if (!('stream' in response) && !response.writableEnded) response.flushHeaders();
};

const write = (response: ProxyResponse, chunk: Buffer): boolean =>
  'stream' in response ? response.write(chunk) : response.write(chunk);

/** One request on its way. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #response: ProxyResponse;
  readonly #hooks: PassHooks;
  #controller: Dispatcher.DispatchController | undefined;
  #flushing: NodeJS.Immediate | undefined;
  #isOver = false;

  constructor(response: ProxyResponse, hooks: PassHooks) {
    this.#response = response;
    this.#hooks = hooks;
    response.once('close', () => this.#leave());
    response.on('drain', () => this.#controller?.resume());
  }

  /** The client has gone, or has its answer. */
  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearImmediate(this.#flushing);
    this.#controller?.abort(new Error('the client has gone'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('the client has gone'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // "Early hints" and the like: the answer itself is still to come.
    if (status < 200) return;
    if (this.#response.headersSent) {
      this.#leave();
      return;
    }
    const raw = controller.rawHeaders;
    const answer = Array.isArray(raw) ? answeredHeaders(raw) : headers;
    this.#hooks.answered(answer);
    writeHead(this.#response, status, answer);
    // Node sends the headers with the first piece of the body: a stream may have none for a long time.
    this.#flushing = setImmediate(flush, this.#response);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    clearImmediate(this.#flushing);
    if (!write(this.#response, chunk)) controller.pause();
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: Headers): void {
    this.#isOver = true;
    clearImmediate(this.#flushing);
    if (Object.keys(trailers).length > 0) this.#response.addTrailers(trailers as Record<string, string>);
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearImmediate(this.#flushing);
    if (this.#response.headersSent) this.#response.destroy();
    else this.#hooks.failed(error);
  }
}

/** Connections are kept for some seconds. */
export function createHttp1Pass({ connectTimeout, localAddress }: PassOptions): Http1Pass {
  const agent = new UndiciAgent({
    allowH2: false,
    // A stream may be silent for as long as it likes; a route's own timeout is kept in `pass.ts`.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeout, rejectUnauthorized: false, ...(localAddress ? { localAddress } : {}) },
  });
  return {
    pass(request, response, { protocol, address }, hooks) {
      // undici destroys a body that it cannot send; the request itself is still to be answered.
      const body = hasBody(request) ? request.pipe(new PassThrough()) : null;
      const failed = (error: Error): void => {
        if (body) request.unpipe(body).resume();
        hooks.failed(error);
      };
      agent.dispatch(
        {
          origin: `${protocol}://${address}`,
          path: request.url ?? '/',
          method: request.method ?? 'GET',
          headers: headersFor(request),
          body,
        },
        new Passage(response, { ...hooks, failed }),
      );
    },
    close: () => void agent.destroy(),
  };
}
