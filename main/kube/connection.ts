/** The seam between whatever asks a cluster and how it is reached: types only. */
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
  /** Must be consumed or destroyed (`for await`, or the request's signal). */
  body: AsyncIterable<Uint8Array>;
}

/** One kubeconfig context, with its credentials, as something to send requests to. */
export interface KubeConnection {
  /** Resolves with whatever status the server answered; rejects only where there was no answer. */
  request(request: KubeRequest): Promise<KubeResponse>;
  /** Where and with what to open a WebSocket: exec, attach, port-forward. */
  socket(path: string): Promise<{ url: string; options: ClientOptions }>;
}
