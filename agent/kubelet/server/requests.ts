/** Serves requests without an upgrade. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { mediaType } from '../../api/media-types.ts';
import type { Summary } from '../../api/stats.ts';
import type { Clock } from '../../clock.ts';
import type { StreamBackend } from './backend.ts';
import { containerForLog } from './containers.ts';
import { HttpError } from './http-error.ts';
import { isTrue, parseLogOptions, sendLogs } from './log-request.ts';

export interface Served {
  backend: StreamBackend;
  clock: Clock;
}

/** Answers one request. Rejects with `HttpError` for an answer other than 2xx. */
export async function answer(
  { backend, clock }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { segments, query } = parseUrl(request);
  if (segments.length === 1 && segments[0] === hostFolders) return changeFolder(backend, request, query, response);
  const [first, namespace, pod, container, ...more] = segments;
  if (first === 'containerLogs' && namespace && pod && container && more.length === 0) {
    const target = containerForLog(backend, namespace, pod, container, isTrue(query, 'previous'));
    return sendLogs(backend, target, parseLogOptions(query, clock.now()), response);
  }
  if (segments.length === 1 && first === 'healthz') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok');
    return;
  }
  if (segments.length === 1 && first === 'pods') {
    const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: backend.pods() };
    response.writeHead(200, { 'content-type': mediaType.json }).end(JSON.stringify(list));
    return;
  }
  if (segments.length === 2 && first === 'stats' && namespace === 'summary') {
    const summary = await summaryOf(backend, { withDisk: !isTrue(query, 'only_cpu_and_memory') }, response);
    response.writeHead(200, { 'content-type': mediaType.json }).end(JSON.stringify(summary));
    return;
  }
  if (segments.length === 2 && first === 'metrics' && namespace === 'resource') {
    const { resourceMetrics } = await import('../stats/resource-metrics.ts');
    const text = resourceMetrics(await summaryOf(backend, { withDisk: false }, response));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    return;
  }
  if (first === 'exec' || first === 'attach' || first === 'portForward') {
    throw new HttpError(400, 'Upgrade request required');
  }
  throw new HttpError(404, '404 page not found');
}

/** Gives up when the client has gone. */
function summaryOf(backend: StreamBackend, options: { withDisk: boolean }, response: ServerResponse): Promise<Summary> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return backend.summary(options, gone.signal);
}

/** A path of ours, beside upstream's: `PUT`, `DELETE` and `POST` (empty) of `/hostFolders?path=/var/...`. */
const hostFolders = 'hostFolders';

async function changeFolder(
  { folders }: StreamBackend,
  { method = '' }: IncomingMessage,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const changes = new Map([
    ['PUT', folders.make],
    ['DELETE', folders.remove],
    ['POST', folders.empty],
  ]);
  const change = changes.get(method);
  if (!change) throw new HttpError(405, 'Method Not Allowed');
  const path = query.get('path') ?? '';
  if (!path.startsWith('/')) throw new HttpError(400, 'path must be absolute');
  await change(path);
  response.writeHead(204).end();
}

export function parseUrl(request: IncomingMessage): { segments: string[]; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubelet');
  return { segments: pathname.split('/').slice(1).map(decodeURIComponent), query: searchParams };
}
