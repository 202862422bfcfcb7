/**
 * A pod's log over WebSocket, as browsers ask for it: bytes without a channel in front.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/streaming/pkg/httpstream/wsstream/stream.go
 */
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { WebSocket } from 'ws';
import { createWebSocketAcceptor, type Upgrade } from '../../streams/websocket.ts';

const base64Protocol = 'base64.binary.k8s.io';
const protocols = new Set(['binary.k8s.io', base64Protocol]);

const accept = createWebSocketAcceptor((offered) => [...offered].find((each) => protocols.has(each)) ?? false);

function messagesOf(socket: WebSocket): Writable {
  const inText = socket.protocol === base64Protocol;
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // What is sent to a client that has left is dropped; its close ends the log.
      if (socket.readyState === socket.OPEN) socket.send(inText ? chunk.toString('base64') : chunk, done);
      else done();
    },
  });
}

/** Resolves once the log has ended or the client has left. An empty message first tells that the log has begun. */
export async function sendLogOverSocket(log: Readable, upgrade: Upgrade): Promise<void> {
  upgrade.socket.once('close', () => log.destroy());
  const connected = await accept(upgrade);
  // The close that follows is what ends the log.
  connected.on('error', () => connected.terminate());
  connected.send(Buffer.alloc(0));
  try {
    await pipeline(log, messagesOf(connected));
    connected.close(1000);
  } catch {
    // The node has broken off, or the client has left: either way there is nobody to tell more than the close does.
    connected.terminate();
  }
}
