/** The server's end of WebSockets: https://www.rfc-editor.org/rfc/rfc6455 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';

/** A request that asks for another protocol on its connection. */
export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  /** What came after the request's headers. */
  head: Buffer;
}

export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && /\bupgrade\b/i.test(headers.connection ?? '');

/** Which of the offered subprotocols is spoken; false for none. */
export type ChooseProtocol = (offered: Set<string>, request: IncomingMessage) => string | false;

/**
 * How to accept upgrades. `ws` itself answers a handshake that it refuses, and closes the socket: the promise then never
 * settles. The library is loaded when somebody first needs it: most processes never see a WebSocket.
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
