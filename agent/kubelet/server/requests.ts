/** Serves requests without an upgrade. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { mediaType } from '../../api/media-types.ts';
import type { Clock } from '../../clock.ts';
import { expositionType } from '../stats/exposition.ts';
import type { StreamBackend } from './backend.ts';
import { containerForLog } from './containers.ts';
import { HttpError } from './http-error.ts';
import { isTrue, parseLogOptions, sendLogs } from './log-request.ts';

export interface Served {
  backend: StreamBackend;
  clock: Clock;
}

interface Page {
  type: string;
  text: string;
}

/** `signal` aborts when the client has gone. */
type ReadPage = (backend: StreamBackend, query: URLSearchParams, signal: AbortSignal) => Page | Promise<Page>;

const plain = (text: string): Page => ({ type: 'text/plain; charset=utf-8', text });
const json = (value: unknown): Page => ({ type: mediaType.json, text: JSON.stringify(value) });
const exposition = (text: string): Page => ({ type: expositionType, text });
const podList = (items: readonly object[]) => json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
const ok = (): Page => plain('ok');

/**
 * The pages that need no more than their path.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/server/server.go (InstallDefaultHandlers,
 * InstallDebuggingHandlers)
 */
const pages: ReadonlyMap<string, ReadPage> = new Map<string, ReadPage>([
  ['healthz', ok],
  ['healthz/ping', ok],
  ['healthz/log', ok],
  ['healthz/syncloop', ok],
  ['pods', (backend) => podList(backend.pods())],
  ['runningpods', ({ readings }) => podList(readings.running())],
  ['configz', async ({ readings }) => json(await readings.configuration())],
  ['metrics', async ({ readings }) => exposition(await readings.kubelet())],
  ['metrics/cadvisor', async ({ readings }, _query, signal) => exposition(await readings.containers(signal))],
  ['metrics/probes', async ({ readings }) => exposition(await readings.probes())],
  [
    'metrics/resource',
    async (backend, _query, signal) => {
      const { resourceMetrics } = await import('../stats/resource-metrics.ts');
      return exposition(resourceMetrics(await backend.summary({ withDisk: false }, signal)));
    },
  ],
  [
    'stats/summary',
    async (backend, query, signal) =>
      json(await backend.summary({ withDisk: !isTrue(query, 'only_cpu_and_memory') }, signal)),
  ],
]);

/** The logs of the node's components, as upstream serves `/var/log`: a list of links, or one file. */
async function logPage({ readings }: StreamBackend, name: string): Promise<Page> {
  if (name !== '') {
    const text = await readings.log(name);
    if (text === undefined) throw new HttpError(404, '404 page not found');
    return plain(text);
  }
  const links = (await readings.logNames()).map((each) => `<a href="${each}">${each}</a>\n`);
  return { type: 'text/html; charset=utf-8', text: `<pre>\n${links.join('')}</pre>\n` };
}

/** Undefined if the path is no page. A slash at its end makes no difference. */
async function pageAt(backend: StreamBackend, segments: string[], query: URLSearchParams, response: ServerResponse) {
  const names = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  if (names[0] === 'logs' && names.length <= 2) return logPage(backend, names[1] ?? '');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return pages.get(names.join('/'))?.(backend, query, gone.signal);
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
  if (first === 'exec' || first === 'attach' || first === 'portForward') {
    throw new HttpError(400, 'Upgrade request required');
  }
  const page = await pageAt(backend, segments, query, response);
  if (!page) throw new HttpError(404, '404 page not found');
  response.writeHead(200, { 'content-type': page.type }).end(page.text);
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
