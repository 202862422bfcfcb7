/** How the API server hands a streaming request over, after authentication and authorization. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { PodStream, Stream } from '../../api/kind.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../api/types.ts';

export const isProxy = (stream: Stream): stream is Exclude<Stream, PodStream> => stream.endsWith('Proxy');

/** Parsed from the URL by the API server's router. */
export interface StreamTarget {
  /** As the kind declares it. */
  stream: Stream;
  /** '' for nodes. */
  namespace: string;
  /** As in the URL, e.g. `web`, or for `proxy` also `https:web:8443`. */
  name: string;
  /**
   * For `proxy`: what follows it in the URL, or ''. Its slashes may have been tidied; the proxy reads the URL itself.
   */
  path: string;
  /** With its question mark, or ''. */
  search: string;
}

/** `http.IncomingMessage` and `http2.Http2ServerRequest` both are. */
export interface StreamRequest extends Readable {
  method?: string | undefined;
  /** Path and query as the client sent them. */
  url?: string | undefined;
  /** `1.0`, `1.1` or `2.0`. */
  httpVersion: string;
  headers: IncomingHttpHeaders;
}

/** `http.ServerResponse` and `http2.Http2ServerResponse` both are. */
export interface StreamResponse extends Writable {
  writeHead(statusCode: number, headers?: Record<string, string | string[]>): unknown;
  /** Absent in HTTP/2, where `writeHead` sends at once. */
  flushHeaders?(): void;
}

/** Reads of the API server's own state; each rejects with `ApiError` (404) where there is none. */
export interface StreamLookup {
  pod(namespace: string, name: string): Promise<Pod>;
  node(name: string): Promise<Node>;
  service(namespace: string, name: string): Promise<Service>;
  /** Slices of one service, by their `kubernetes.io/service-name` label. */
  endpointSlices(namespace: string, service: string): Promise<EndpointSlice[]>;
}

export interface StreamProxyOptions {
  lookup: StreamLookup;
  /** PEM: the cluster's CA, and the client certificate `kube-apiserver-kubelet-client`. */
  tls: { ca: string | Buffer; cert: string | Buffer; key: string | Buffer };
  /** Where a node's status names no port. Default 10250. */
  kubeletPort?: number;
}

export interface StreamProxy {
  /** Requests without an upgrade: logs and `proxy`. Rejects with `ApiError` only while nothing has been answered. */
  request(target: StreamTarget, request: StreamRequest, response: StreamResponse): Promise<void>;
  /**
   * Requests of HTTP/1.1 with `Connection: Upgrade`; from here on the socket is ours. Never rejects: an error is
   * answered on the socket as a `Status`.
   */
  upgrade(target: StreamTarget, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Closes what is open. */
  close(): void;
}
