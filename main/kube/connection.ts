/** The seam between whoever calls an API server and how it is reached: types only. */
import type { ClientOptions } from 'ws';

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query, e.g. `/api/v1/pods?watch=true&resourceVersion=7`. */
  path: string;
  /** Lower-case names. */
  headers?: Record<string, string>;
  /** Already encoded. */
  body?: string;
  signal?: AbortSignal;
}

export interface KubeResponse {
  status: number;
  /** Lower-case names; a repeated header (`warning`) is an array. */
  headers: Record<string, string | string[] | undefined>;
  /** Read it to the end, or cancel it through the request's signal. */
  body: AsyncIterable<Uint8Array>;
}

/** One kubeconfig context with its credentials, ready to send requests. */
export interface KubeConnection {
  /** Resolves whatever status the server answers; rejects only if there is no answer. */
  request(request: KubeRequest): Promise<KubeResponse>;
  /** The URL and the options to open a WebSocket with: exec, attach, port-forward. */
  socket(path: string): Promise<{ url: string; options: ClientOptions }>;
}
