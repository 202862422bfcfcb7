/** Accepts upgrades to WebSocket and SPDY/3.1 with a subprotocol that both ends speak. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { createWebSocketAcceptor, type Upgrade } from '../../streams/websocket.ts';
import { HttpError } from './http-error.ts';

const listOf = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

export const offeredWebSocketProtocols = (request: IncomingMessage): string[] =>
  listOf(request.headers['sec-websocket-protocol']);

/** The first subprotocol of the client's offer that the server knows; '' if the client offers none. */
export function chooseWebSocketProtocol(request: IncomingMessage, known: readonly string[]): string {
  const offered = offeredWebSocketProtocols(request);
  if (offered.length === 0) return '';
  const chosen = offered.find((protocol) => known.includes(protocol));
  if (chosen === undefined) {
    throw new HttpError(
      403,
      `unable to upgrade: the client offers ${offered.join(', ')}, the server ${known.join(', ')}`,
    );
  }
  return chosen;
}

/** An internal header that carries the choice to `ws`; it is never sent. */
const chosenHeader = 'x-skiff-chosen-protocol';

const accept = createWebSocketAcceptor((_offered, { headers }) => headers[chosenHeader]?.toString() ?? false);

/**
 * `SPDY/3.1+portforward.k8s.io` contains a slash, which RFC 6455 forbids in a subprotocol and `ws` refuses to parse. So
 * `ws` sees a stand-in for the client's offer, and answers with the protocol that is chosen here.
 */
export function acceptWebSocket(upgrade: Upgrade, protocol: string): Promise<WebSocket> {
  const { headers } = upgrade.request;
  delete headers['sec-websocket-protocol'];
  delete headers[chosenHeader];
  if (protocol !== '') {
    headers['sec-websocket-protocol'] = 'chosen';
    headers[chosenHeader] = protocol;
  }
  return accept(upgrade);
}

/**
 * A client that names no protocol speaks the first version, which has no name.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/streaming/pkg/httpstream/httpstream.go
 * (Handshake)
 */
export function chooseSpdyProtocol(request: IncomingMessage, known: readonly string[]): string {
  const offered = listOf(request.headers['x-stream-protocol-version']);
  if (offered.length === 0) return '';
  const chosen = offered.find((protocol) => known.includes(protocol));
  if (chosen !== undefined) return chosen;
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`;
  throw new HttpError(403, message, { 'x-accepted-stream-protocol-versions': known.join(', ') });
}

/** Answers with 101 and the chosen protocol. Throws `HttpError` 400 if the request does not ask for SPDY/3.1. */
export function acceptSpdy({ request, socket }: Upgrade, protocol: string): void {
  if ((request.headers.upgrade ?? '').toUpperCase() !== 'SPDY/3.1') {
    throw new HttpError(400, `unable to upgrade: missing upgrade headers in request: ${request.headers.upgrade ?? ''}`);
  }
  const version = protocol === '' ? '' : `X-Stream-Protocol-Version: ${protocol}\r\n`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${version}\r\n`);
}
