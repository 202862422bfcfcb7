/**
 * How a client reaches the API server: over HTTPS, or in process with the same admission and validation. An in-process
 * response body is shared with the server's memory: treat it as read-only.
 */
import type { WatchEvent } from '../api/types.ts';
import { kubernetesVersion } from '../api/version.ts';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query, e.g. `/api/v1/pods?watch=true&resourceVersion=7`. */
  path: string;
  /** Lower-case names. */
  headers?: Record<string, string>;
  /** A parsed JSON body. */
  body?: unknown;
  signal?: AbortSignal;
}

export interface ApiResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** The parsed JSON, or a string where the content type is text. Absent on a watch. */
  body?: unknown;
  /** Present on a successful watch. Ends when the server ends it or the request's signal aborts. */
  events?: AsyncIterable<WatchEvent>;
}

/** Resolves with the server's answer, whatever its status; rejects only if no answer came. */
export interface Transport {
  request(request: ApiRequest): Promise<ApiResponse>;
}

/** `kubelet/v1.36.3` */
export const userAgentOf = (component: string): string => `${component}/${kubernetesVersion.git}`;

/** Adds the program's name, which the server records as the manager of the fields that it writes. */
export const withUserAgent = (transport: Transport, userAgent: string): Transport => ({
  request: (request) => transport.request({ ...request, headers: { 'user-agent': userAgent, ...request.headers } }),
});
