/**
 * GET /containerLogs/{namespace}/{pod}/{container}
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/server/server.go (getContainerLogs)
 */

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../api/errors.ts';
import type { LogOptions } from '../runtime/runtime.ts';
import type { ContainerTarget, StreamBackend } from './backend.ts';
import { HttpError } from './http-error.ts';

/**
 * The options of a log request. `now` is in milliseconds since the epoch. Throws `HttpError` 400 for a malformed
 * option.
 */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions {
  const options: LogOptions = { follow: isTrue(query, 'follow'), timestamps: isTrue(query, 'timestamps') };
  const tailLines = integer(query, 'tailLines');
  const limitBytes = integer(query, 'limitBytes');
  const since = sinceOf(query, now);
  if (tailLines !== undefined) options.tailLines = tailLines;
  if (limitBytes !== undefined) options.limitBytes = limitBytes;
  if (since !== undefined) options.since = since;
  return options;
}

export const isTrue = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');

function sinceOf(query: URLSearchParams, now: number): number | undefined {
  const seconds = integer(query, 'sinceSeconds');
  if (seconds !== undefined) return now - seconds * 1000;
  const time = query.get('sinceTime');
  if (!time) return undefined;
  const at = Date.parse(time);
  if (Number.isNaN(at)) throw new HttpError(400, `unable to decode the request for container logs: sinceTime: ${time}`);
  return at;
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d+$/.test(text))
    throw new HttpError(400, `unable to decode the request for container logs: ${name}: ${text}`);
  return Number(text);
}

/** Sends the headers only with the first bytes, so that an earlier failure is answered with its message. */
export async function sendLogs(
  backend: StreamBackend,
  container: ContainerTarget,
  options: LogOptions,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const chunks = backend.logs(container, options, gone.signal)[Symbol.asyncIterator]();
  const first = await chunks.next().catch((error: unknown) => {
    if (gone.signal.aborted) return { done: true as const, value: undefined };
    throw new HttpError(400, messageOf(error));
  });
  if (response.destroyed) return;
  response.writeHead(200, { 'content-type': 'text/plain' });
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    for (let next = first; !next.done; next = await chunks.next()) yield next.value;
  };
  try {
    await pipeline(Readable.from(rest()), response);
  } catch (error) {
    // A client that is gone needs no answer. For others the pipeline has cut the answer short, which they notice.
    if (!gone.signal.aborted) throw error;
  }
}
