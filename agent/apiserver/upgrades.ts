/**
 * Which requests that ask for another protocol may get it. The others are served as if they had not asked, as RFC 9110
 * (7.8) has it: some clients offer HTTP/2 with each of their requests.
 */
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../api/errors.ts';
import type { KindRegistry } from '../api/registry.ts';
import { isWebSocket } from '../streams/websocket.ts';
import type { Aggregation } from './aggregation/aggregation.ts';
import { isTrue } from './request.ts';
import { parseResourcePath } from './request-info.ts';
import { subresourceNamed } from './resources/subresource-scopes.ts';

type Request = Pick<IncomingMessage, 'url' | 'headers'>;

export type MayUpgrade = (request: IncomingMessage) => boolean;

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** HTTP/2 is agreed on with the encryption, never here. */
const offersHttp2 = ({ headers }: Request): boolean => /\bh2c\b/i.test(headers.upgrade ?? '');

function isWatch(pathname: string, query: URLSearchParams): boolean {
  return parseResourcePath(pathname)?.watch === true || isTrue(query.get('watch'));
}

/** Logs and watches go over WebSockets; other streams speak what the kubelet or the pod behind them does. */
function mayStream(kinds: KindRegistry, request: IncomingMessage, pathname: string, query: URLSearchParams): boolean {
  const path = parseResourcePath(pathname);
  if (!path) return false;
  const served = kinds.find(path.group, path.version, path.resource);
  const stream = served && !path.watch ? subresourceNamed(served.kind, path.subresource)?.stream : undefined;
  if (stream === undefined) return isWatch(pathname, query) && isWebSocket(request);
  return stream !== 'log' || isWebSocket(request);
}

export const createMayUpgrade =
  (kinds: KindRegistry, aggregation: Pick<Aggregation, 'at'>): MayUpgrade =>
  (request) => {
    if (hasBody(request) || offersHttp2(request)) return false;
    const [pathname = '/', query = ''] = (request.url ?? '/').split('?');
    try {
      if (aggregation.at(pathname)) return true;
      return mayStream(kinds, request, pathname, new URLSearchParams(query));
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  };
