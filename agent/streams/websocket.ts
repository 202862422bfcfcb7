/** The server's side of WebSockets: https://www.rfc-editor.org/rfc/rfc6455 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';

/** A request to switch its connection to another protocol. */
export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  /** Bytes that came after the request's headers. */
  head: Buffer;
}

export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && /\bupgrade\b/i.test(headers.connection ?? '');

/** The offered subprotocol to speak; false for none. */
export type ChooseProtocol = (offered: Set<string>, request: IncomingMessage) => string | false;

/**
 * Accepts upgrades. If `ws` refuses a handshake, it answers and closes the socket itself, and the promise never
 * settles. The library is loaded on first use, since most processes never see a WebSocket.
 */
export function createWebSocketAcceptor(handleProtocols: ChooseProtocol): (upgrade: Upgrade) => Promise<WebSocket> {
  let loaded: Promise<WebSocketServer> | undefined;
  return async ({ request, socket, head }) => {
    loaded ??= import('ws').then(
      ({ WebSocketServer: Server }) =>
        new Server({ noServer: true, clientTracking: false, perMessageDeflate: false, handleProtocols }),
    );
    const server = await loaded;
    const { promise, resolve } = Promise.withResolvers<WebSocket>();
    server.handleUpgrade(request, socket, head, resolve);
    return promise;
  };
}
