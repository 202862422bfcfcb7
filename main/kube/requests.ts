/** Requests to a Kubernetes API through a context's connection: paths, JSON in and out, failures as `ApiError`. */

import { ApiError } from '../../agent/api/errors.ts';
import { parseExact } from '../../agent/api/json/parse.ts';
import { mediaType } from '../../agent/api/media-types.ts';
import type { Status } from '../../agent/api/types.ts';
import type { ResourceRef } from '../contract/resources.ts';
import type { KubeConnection, KubeRequest, KubeResponse } from './connection.ts';

/** A resource, and the version to ask for it in. */
export interface VersionedResource extends ResourceRef {
  version: string;
}

export interface ResourcePath {
  resource: VersionedResource;
  namespace?: string;
  name?: string;
  subresource?: string;
  query?: Record<string, string | number | boolean | undefined>;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export function pathOf({ resource, namespace, name, subresource, query = {} }: ResourcePath): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  const parts = [root];
  if (namespace) parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(resource.plural);
  if (name) parts.push(encodeURIComponent(name));
  if (subresource) parts.push(subresource);
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.append(key, `${value}`);
  const text = search.toString();
  return parts.join('/') + (text ? `?${text}` : '');
}

/**
 * Asks for objects in another form; a server that does not know it answers with the objects themselves.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
export const acceptAs = (form: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList') => ({
  accept: `${mediaType.json};as=${form};v=v1;g=meta.k8s.io,${mediaType.json}`,
});

export async function readText(response: KubeResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

/** Throws the `ApiError` that an unsuccessful response carries. */
export async function expectSuccess(response: KubeResponse): Promise<void> {
  if (response.status < 400) return;
  const text = await readText(response);
  throw ApiError.fromStatus(statusOf(text, response.status));
}

function statusOf(text: string, code: number): Partial<Status> {
  if (!text.startsWith('{'))
    return { code, reason: reasonOf(code), message: text.trim() || `the server answered ${code}` };
  const status = JSON.parse(text) as Partial<Status>;
  return { ...status, code: status.code ?? code, reason: status.reason ?? reasonOf(code) };
}

const reasonOf = (code: number): string =>
  ({ 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict', 410: 'Expired' })[code] ??
  'InternalError';

export interface JsonAnswer<T> {
  value: T;
  warnings: string[];
}

/** The `Warning` header carries `299 - "text"`: https://kubernetes.io/blog/2020/09/03/warnings/ */
export function warningsOf(headers: KubeResponse['headers']): string[] {
  const header = headers.warning;
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...text.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1'));
}

export async function requestJson<T>(
  connection: KubeConnection,
  request: Omit<KubeRequest, 'body'> & { json?: unknown },
): Promise<JsonAnswer<T>> {
  const { json, ...rest } = request;
  const headers: Record<string, string> = { accept: mediaType.json, ...request.headers };
  if (json !== undefined) headers['content-type'] ??= mediaType.json;
  const response = await connection.request({
    ...rest,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  await expectSuccess(response);
  const text = await readText(response);
  return { value: parseExact(text || 'null') as T, warnings: warningsOf(response.headers) };
}

/** The lines of a streamed body, without their newline; a last line that does not end in one is yielded too. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest) yield rest;
}
