/**
 * Watches over WebSocket, as browsers ask for them: one text message per event.
 * https://github.com/kubernetes/apiserver/blob/release-1.33/pkg/endpoints/handlers/watch.go (HandleWS)
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { WatchStream } from '../reply.ts';

export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && /\bupgrade\b/i.test(headers.connection ?? '');

/** One of these may carry the client's token, and is not to be repeated. */
const bearer = 'base64url.bearer.authorization.k8s.io.';

let loaded: Promise<WebSocketServer> | undefined;

function server(): Promise<WebSocketServer> {
  loaded ??= import('ws').then(
    (ws) =>
      new ws.WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        handleProtocols: (offered) => [...offered].find((each) => !each.startsWith(bearer)) ?? false,
      }),
  );
  return loaded;
}

const newline = 0x0a;

function connect(socket: WebSocket, stream: WatchStream): void {
  socket.on('close', () => stream.close());
  // The close that follows is what ends the watch.
  socket.on('error', () => socket.terminate());
  const write = (frame: Buffer): number => {
    const whole = frame.at(-1) === newline ? frame.subarray(0, -1) : frame;
    socket.send(whole, { binary: false });
    return socket.bufferedAmount;
  };
  stream.pipe(write, () => socket.close());
}

export async function sendOverSocket(
  stream: WatchStream,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const sockets = await server();
  // A handshake that `ws` refuses is answered by it, and closes the socket.
  socket.once('close', () => stream.close());
  sockets.handleUpgrade(request, socket, head, (connected) => connect(connected, stream));
}
