/** The API client that every component uses: a thin typed layer over a transport. Failures reject with `ApiError`. */
import type { Kind } from '../api/kind.ts';
import type { AnyObject, Draft, KubeObject, ObjectList, WatchEvent } from '../api/types.ts';

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

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json';

/** Typed by the declaration of the kind: `client.resource(pods).get('web', 'default')` resolves to a `Pod`. */
export interface ResourceClient<T extends KubeObject = AnyObject> {
  get(name: string, namespace?: string, signal?: AbortSignal): Promise<T>;
  list(options?: ListOptions, signal?: AbortSignal): Promise<ObjectList<T>>;
  create(object: Draft<T>, signal?: AbortSignal): Promise<T>;
  /** Conflicts (409) where `metadata.resourceVersion` is not the stored one. */
  update(object: T, signal?: AbortSignal): Promise<T>;
  updateStatus(object: T, signal?: AbortSignal): Promise<T>;
  patch(
    name: string,
    namespace: string | undefined,
    type: PatchType,
    patch: unknown,
    options?: { subresource?: string },
    signal?: AbortSignal,
  ): Promise<T>;
  delete(name: string, namespace?: string, options?: DeleteOptions, signal?: AbortSignal): Promise<void>;
  /** POST to a subresource, e.g. `binding`. */
  post(
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** Events after `options.resourceVersion`. Throws `ApiError` 410 where that is too old. */
  watch(options: ListOptions & { allowBookmarks?: boolean }, signal: AbortSignal): AsyncIterable<WatchEvent<T>>;
}

export interface Client {
  resource<T extends KubeObject>(kind: Kind<T>): ResourceClient<T>;
}
