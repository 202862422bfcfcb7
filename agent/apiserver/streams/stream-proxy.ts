/**
 * The API server's streaming subresources: looks up where a stream is and passes the request on to it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/rest/subresources.go
 */
import { lookup as resolve } from 'node:dns/promises';
import { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from 'node:http';
import { Agent } from 'node:https';
import { posix } from 'node:path';
import { type Duplex, Readable } from 'node:stream';
import { ApiError, isNotFound } from '../../api/errors.ts';
import { badRequest, internalError } from '../errors.ts';
import { type Backend, bodyOf, endToEnd, passOn, passUpgradeOn, send, upgradeHeaders } from './forward.ts';
import { sendLogOverSocket } from './log-socket.ts';
import { locatePodStream } from './pod-location.ts';
import {
  checkProxyable,
  isAddressOf,
  kubeletAddress,
  noEndpoints,
  type ProxyName,
  parseProxyName,
  podAddress,
  serviceTargets,
} from './proxy-location.ts';
import { rewriteAnswer } from './rewrite-links.ts';
import {
  isProxy,
  type StreamLookup,
  type StreamProxy,
  type StreamProxyOptions,
  type StreamRequest,
  type StreamResponse,
  type StreamTarget,
} from './types.ts';

/** What is read of a kubelet's refusal. */
const maxErrorText = 10_240;

class StreamingProxy implements StreamProxy {
  readonly #lookup: StreamLookup;
  readonly #kubeletPort: number;
  readonly #agent: Agent;

  constructor({ lookup, tls, kubeletPort = 10_250 }: StreamProxyOptions) {
    this.#lookup = lookup;
    this.#kubeletPort = kubeletPort;
    this.#agent = new Agent({ ...tls, keepAlive: false });
  }

  async request(target: StreamTarget, request: StreamRequest, response: StreamResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    if (target.stream === 'log') return this.#log(target, response, gone.signal);
    if (!isProxy(target.stream)) {
      // What is wrong with the pod or the container is said first, as upstream.
      await this.#podStream(target);
      throw badRequest('Upgrade request required');
    }
    const { prefix, path } = proxiedPath(request);
    if (path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
      response.writeHead(301, { location: (request.url ?? '').replace(/\/proxy(?=\?|$)/, '/proxy/') });
      response.end();
      return;
    }
    const location = await this.#proxied(target, path);
    const backend = {
      ...location,
      headers: { ...endToEnd(request.headers), 'x-forwarded-uri': posix.join(prefix, path === '' ? '/' : path) },
    };
    const answer = await send(backend, request.method ?? 'GET', bodyOf(request), gone.signal).catch((error: Error) => {
      throw new ApiError(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`);
    });
    const hosts = [location.url.host, hostOf(request.headers)];
    const { headers, through } = await rewriteAnswer(endToEnd(answer.headers), { prefix, hosts });
    await passOn(answer, response, definedHeaders(withoutCors(headers)), through);
  }

  async upgrade(target: StreamTarget, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      if (target.stream === 'log') return await this.#logOverSocket(target, request, socket, head);
      const backend = isProxy(target.stream)
        ? await this.#proxied(target, proxiedPath(request).path)
        : await this.#podStream(target);
      if (!backend) throw badRequest('this subresource does not support upgrades');
      await passUpgradeOn({ ...backend, headers: upgradeHeaders(request.headers) }, request, socket, head);
    } catch (error) {
      refuse(socket, error instanceof ApiError ? error : internalError(error));
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #log(target: StreamTarget, response: StreamResponse, signal: AbortSignal): Promise<void> {
    const log = await this.#openLog(target, signal);
    if (log) return passOn(log, response, { 'content-type': 'text/plain' });
    response.writeHead(204);
    response.end();
  }

  async #logOverSocket(target: StreamTarget, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    const log = await this.#openLog(target, gone.signal);
    await sendLogOverSocket(log ?? Readable.from([]), { request, socket, head });
  }

  /** Undefined for a pod that is on no node yet: it has no log. */
  async #openLog(target: StreamTarget, signal: AbortSignal): Promise<IncomingMessage | undefined> {
    const backend = await this.#podStream(target);
    if (!backend) return undefined;
    const answer = await send(backend, 'GET', undefined, signal).catch((error: Error) => {
      throw new ApiError(500, '', `Get "${backend.url}": ${error.message}`);
    });
    if (answer.statusCode !== 200) throw await kubeletError(answer, target.name);
    return answer;
  }

  async #podStream({ stream, namespace, name, search }: StreamTarget): Promise<Backend | undefined> {
    if (isProxy(stream)) throw badRequest('Upgrade request required');
    const pod = await this.#lookup.pod(namespace, name);
    const location = locatePodStream(pod, stream, new URLSearchParams(search));
    if (!location) return undefined;
    const address = kubeletAddress(await this.#lookup.node(location.node), this.#kubeletPort);
    return { url: new URL(location.path, `https://${address}`), agent: this.#agent, headers: {} };
  }

  async #proxied({ stream, namespace, name: text, search }: StreamTarget, path: string): Promise<Backend> {
    const name = parseProxyName(text);
    const suffix = `${path === '' ? '/' : path}${search}`;
    if (stream === 'nodeProxy') {
      const kubelet = kubeletAddress(await this.#lookup.node(name.name), this.#kubeletPort);
      if (name.port === '' || kubelet.endsWith(`:${name.port}`)) {
        return { url: new URL(`https://${kubelet}${suffix}`), agent: this.#agent, headers: {} };
      }
      const host = kubelet.replace(/:\d+$/, '');
      for (const { address } of await resolve(host, { all: true })) checkProxyable(address);
      return { url: new URL(`${name.scheme}://${host}:${name.port}${suffix}`), headers: {} };
    }
    const address =
      stream === 'podProxy'
        ? podAddress(await this.#lookup.pod(namespace, name.name), name)
        : await this.#endpoint(namespace, name);
    return { url: new URL(`${name.scheme}://${address}${suffix}`), headers: {} };
  }

  async #endpoint(namespace: string, name: ProxyName): Promise<string> {
    const service = await this.#lookup.service(namespace, name.name);
    const slices = await this.#lookup.endpointSlices(namespace, name.name);
    for (const { ip, port, pod } of serviceTargets(service, slices, name, Math.random())) {
      if (pod !== undefined && (await this.#isAt(namespace, pod, ip))) return `${ip}:${port}`;
    }
    throw noEndpoints(name.name);
  }

  async #isAt(namespace: string, pod: string, ip: string): Promise<boolean> {
    try {
      return isAddressOf(await this.#lookup.pod(namespace, pod), ip);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

const proxyPath = /^(\/api\/v1\/(?:namespaces\/[^/]+\/)?\w+\/[^/]+\/proxy)([^?]*)/;

/** From the URL as it came: slashes at its end, or several in a row, mean something to what is behind the proxy. */
function proxiedPath({ url = '' }: StreamRequest): { prefix: string; path: string } {
  const [, prefix = '', path = ''] = proxyPath.exec(url) ?? [];
  return { prefix, path };
}

const hostOf = (headers: IncomingHttpHeaders): string => String(headers[':authority'] ?? headers.host ?? '');

/** What a backend allows other sites is not for it to allow on the API server's address. */
const withoutCors = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-allow-')));

const definedHeaders = (headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/registry/generic/rest/response_checker.go */
async function kubeletError(answer: AsyncIterable<Buffer> & { statusCode?: number }, pod: string): Promise<ApiError> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const text = Buffer.concat(chunks).subarray(0, maxErrorText).toString();
  const code = answer.statusCode ?? 500;
  if (code === 400) return badRequest(text);
  if (code === 500) return internalError(text);
  const message = code === 404 ? `the server could not find the requested resource ( pods/log ${pod})` : text;
  return new ApiError(code, code === 404 ? 'NotFound' : '', message, {
    name: pod,
    kind: 'pods/log',
    causes: [{ reason: 'UnexpectedServerResponse', message: text }],
  });
}

function refuse(socket: Duplex, error: ApiError): void {
  if (!socket.writable) return;
  const body = Buffer.from(JSON.stringify(error.toStatus()));
  socket.write(
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  socket.end(body);
}

export function createStreamProxy(options: StreamProxyOptions): StreamProxy {
  return new StreamingProxy(options);
}
