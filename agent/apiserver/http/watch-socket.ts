/**
 * Watches over WebSocket, as browsers ask for them: one text message per event.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/watch.go (HandleWS)
 */
import type { WebSocket } from 'ws';
import { createWebSocketAcceptor, type Upgrade } from '../../streams/websocket.ts';
import type { WatchStream, WriteFrames } from '../reply.ts';

/** One of these may carry the client's token, and is not to be repeated. */
const bearer = 'base64url.bearer.authorization.k8s.io.';

const accept = createWebSocketAcceptor((offered) => [...offered].find((each) => !each.startsWith(bearer)) ?? false);

const newline = 0x0a;

function connect(socket: WebSocket, stream: WatchStream): void {
  socket.on('close', () => stream.close());
  // The close that follows is what ends the watch.
  socket.on('error', () => socket.terminate());
  const write: WriteFrames = (frames, written) => {
    for (let at = 0; at < frames.length; ) {
      const found = frames.indexOf(newline, at);
      const end = found === -1 ? frames.length : found;
      const isLast = end + 1 >= frames.length;
      socket.send(frames.subarray(at, end), { binary: false }, () => isLast && written?.());
      at = end + 1;
    }
    return socket.bufferedAmount;
  };
  stream.pipe(write, () => socket.close());
}

export async function sendOverSocket(stream: WatchStream, upgrade: Upgrade): Promise<void> {
  upgrade.socket.once('close', () => stream.close());
  connect(await accept(upgrade), stream);
}
