/**
 * The API client that every component uses: a thin typed layer over a transport. Failed requests reject with
 * `ApiError`.
 */

import { ApiError } from '../api/errors.ts';
import type { Kind, Representation } from '../api/kind.ts';
import type { mediaType, PatchType } from '../api/media-types.ts';
import type { AnyObject, Draft, KubeObject, ObjectList, WatchEvent } from '../api/types.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface PatchOptions {
  subresource?: string;
  /** An apply must name one. */
  fieldManager?: string;
  /** Of an apply: take fields that others own. */
  force?: boolean;
}

/** Typed by the kind's declaration: `client.resource(pods).get('web', 'default')` resolves to a `Pod`. */
export interface ResourceClient<T extends KubeObject = AnyObject> {
  get(name: string, namespace?: string, signal?: AbortSignal): Promise<T>;
  list(options?: ListOptions, signal?: AbortSignal): Promise<ObjectList<T>>;
  create(object: Draft<T>, signal?: AbortSignal): Promise<T>;
  /** Rejects with a conflict (409) if `metadata.resourceVersion` is not the stored one. */
  update(object: T, signal?: AbortSignal): Promise<T>;
  updateStatus(object: T, signal?: AbortSignal): Promise<T>;
  patch(
    name: string,
    namespace: string | undefined,
    type: PatchType | typeof mediaType.applyPatch,
    patch: unknown,
    options?: PatchOptions,
    signal?: AbortSignal,
  ): Promise<T>;
  delete(name: string, namespace?: string, options?: DeleteOptions, signal?: AbortSignal): Promise<void>;
  /** GET of a subresource, e.g. `scale`. */
  read(name: string, namespace: string | undefined, subresource: string, signal?: AbortSignal): Promise<AnyObject>;
  /** POST to a subresource, e.g. `binding`. */
  post(
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** PUT to a subresource, e.g. `finalize` of a namespace. */
  put(object: T, subresource: string, signal?: AbortSignal): Promise<T>;
  /**
   * Yields events after `options.resourceVersion`. Throws an ERROR event, e.g. as `ApiError` 410 for a version that is
   * too old.
   */
  watch(options: ListOptions & { allowBookmarks?: boolean }, signal: AbortSignal): AsyncIterable<ObjectEvent<T>>;
}

export type ObjectEvent<T extends KubeObject = AnyObject> = Exclude<WatchEvent<T>, { type: 'ERROR' }>;

export interface Client {
  resource<T extends KubeObject>(kind: Kind<T>): ResourceClient<T>;
  /** GET of what is no resource, e.g. `/openapi/v3/apis/apps/v1`. */
  document(path: string, signal?: AbortSignal): Promise<unknown>;
}

/** The path of a kind's objects: `/api/v1/namespaces/default/pods`, `/apis/apps/v1/deployments`. */
function pathOf(representation: Representation, plural: string, namespace?: string): string {
  const root = representation.group
    ? `/apis/${representation.group}/${representation.version}`
    : `/api/${representation.version}`;
  return namespace ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

function queryOf(options: ListOptions, extra: Record<string, string> = {}): string {
  const query = new URLSearchParams(extra);
  for (const field of ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion'] as const) {
    const value = options[field];
    if (value !== undefined) query.set(field, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

function patchQuery({ fieldManager, force }: PatchOptions): string {
  const query = new URLSearchParams({
    ...(fieldManager === undefined ? {} : { fieldManager }),
    ...(force === undefined ? {} : { force: String(force) }),
  });
  return query.size > 0 ? `?${query}` : '';
}

/** The error of a response: its Status object, or a plain error with the response's status code and text. */
export function errorOf(response: ApiResponse): ApiError {
  const { body, status } = response;
  if (typeof body === 'object' && body !== null) return ApiError.fromStatus({ code: status, ...body });
  return new ApiError(status, 'Unknown', typeof body === 'string' && body ? body : `the server answered ${status}`);
}

/** Removes undefined members, like JSON does, so that the in-process transport sends the same as the wire. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutUndefined(field)]));
}

async function send(transport: Transport, request: ApiRequest): Promise<unknown> {
  const response = await transport.request({ ...request, body: withoutUndefined(request.body) });
  if (response.status >= 400) throw errorOf(response);
  return response.body;
}

async function* watch<T extends KubeObject>(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectEvent<T>> {
  const response = await transport.request({ method: 'GET', path, signal });
  if (response.status >= 400 || !response.events) throw errorOf(response);
  for await (const event of response.events) {
    if (event.type === 'ERROR') throw ApiError.fromStatus(event.object);
    yield { type: event.type, object: event.object as KubeObject as T };
  }
}

function createResource<T extends KubeObject>(transport: Transport, kind: Kind<T>): ResourceClient<T> {
  const representation = kind.representations[0];
  const collection = (namespace?: string) =>
    pathOf(representation, kind.plural, kind.namespaced ? namespace : undefined);
  const item = (name: string, namespace?: string) => `${collection(namespace)}/${encodeURIComponent(name)}`;
  const of = (object: T) => item(object.metadata.name, object.metadata.namespace);
  // The server answers with the requested kind; this cast is the only place that relies on it.
  const call = async <R = T>(request: ApiRequest): Promise<R> => (await send(transport, request)) as R;
  return {
    get: (name, namespace, signal) => call({ method: 'GET', path: item(name, namespace), signal }),
    list: (options = {}, signal) =>
      call<ObjectList<T>>({ method: 'GET', path: collection(options.namespace) + queryOf(options), signal }),
    create: (object, signal) =>
      call({ method: 'POST', path: collection(object.metadata.namespace), body: object, signal }),
    update: (object, signal) => call({ method: 'PUT', path: of(object), body: object, signal }),
    updateStatus: (object, signal) => call({ method: 'PUT', path: `${of(object)}/status`, body: object, signal }),
    read: (name, namespace, subresource, signal) =>
      call<AnyObject>({ method: 'GET', path: `${item(name, namespace)}/${subresource}`, signal }),
    put: (object, subresource, signal) =>
      call({ method: 'PUT', path: `${of(object)}/${subresource}`, body: object, signal }),
    patch: (name, namespace, type, body, options = {}, signal) =>
      call({
        method: 'PATCH',
        path: item(name, namespace) + (options.subresource ? `/${options.subresource}` : '') + patchQuery(options),
        headers: { 'content-type': type },
        body,
        signal,
      }),
    delete: async (name, namespace, options, signal) => {
      const body = options && { kind: 'DeleteOptions', apiVersion: 'v1', ...options };
      await send(transport, { method: 'DELETE', path: item(name, namespace), body, signal });
    },
    post: (name, namespace, subresource, body, signal) =>
      send(transport, { method: 'POST', path: `${item(name, namespace)}/${subresource}`, body, signal }),
    watch: (options, signal) => {
      const extra: Record<string, string> = { watch: 'true' };
      if (options.allowBookmarks) extra.allowWatchBookmarks = 'true';
      return watch<T>(transport, collection(options.namespace) + queryOf(options, extra), signal);
    },
  };
}

/** Creates a client over a transport. The transport decides about reconnecting; the client never retries. */
export function createClient(transport: Transport): Client {
  return {
    resource: (kind) => createResource(transport, kind),
    document: (path, signal) => send(transport, { method: 'GET', path, ...(signal ? { signal } : {}) }),
  };
}
