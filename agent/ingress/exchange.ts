/** A request and its answer, in the versions of HTTP that clients speak, and who hears of a passage to a backend. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Headers } from './header-changes.ts';

export type ProxyRequest = IncomingMessage | Http2ServerRequest;
export type ProxyResponse = ServerResponse | Http2ServerResponse;

export interface PassHooks {
  /** May change the headers of the answer. */
  answered(headers: Headers): void;
  /** Called at most once, and only while nothing was answered. */
  failed(error: Error): void;
}

export interface PassOptions {
  /** Milliseconds. */
  connectTimeout: number;
  /** The address from which backends are asked. */
  localAddress?: string;
}

/** Headers of one connection in every version of HTTP. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
export const connectionHeaders = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

export const hasBody = (request: ProxyRequest): boolean =>
  'stream' in request
    ? !request.stream.endAfterHeaders
    : request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
