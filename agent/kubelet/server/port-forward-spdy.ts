/**
 * Port forwarding over SPDY/3.1, directly or tunnelled through a WebSocket. Each connection is a pair of streams: error
 * and data.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/portforward/httpstream.go
 */
import type { Duplex } from 'node:stream';
import type { Pod } from '../../api/types.ts';
import { type SpdyStream, serveSpdy } from '../../streams/spdy/session.ts';
import type { Upgrade } from '../../streams/websocket.ts';
import type { StreamBackend } from './backend.ts';
import { parsePort } from './command-options.ts';
import { forwardConnection } from './port-forward.ts';
import { acceptSpdy, acceptWebSocket, chooseSpdyProtocol } from './upgrade.ts';

const protocol = 'portforward.k8s.io';
export const tunnelProtocol = `SPDY/3.1+${protocol}`;

export function servePortForwardSpdy(backend: StreamBackend, pod: Pod, upgrade: Upgrade): void {
  acceptSpdy(upgrade, chooseSpdyProtocol(upgrade.request, [protocol]));
  serve(backend, pod, upgrade.socket, upgrade.head);
}

/**
 * Serves SPDY inside a WebSocket.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets
 */
export async function servePortForwardTunnel(backend: StreamBackend, pod: Pod, upgrade: Upgrade): Promise<void> {
  const socket = await acceptWebSocket(upgrade, tunnelProtocol);
  const { createWebSocketStream } = await import('ws');
  serve(backend, pod, createWebSocketStream(socket), Buffer.alloc(0));
}

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

function serve(backend: StreamBackend, pod: Pod, transport: Duplex, head: Buffer): void {
  /** Streams that wait for the other stream of their pair, by request id. */
  const waiting = new Map<string, Pair>();
  const session = serveSpdy(transport, head, {
    onStream: (stream) => {
      const { streamtype: type, port } = stream.headers;
      if ((type !== 'data' && type !== 'error') || !/^\d+$/.test(port ?? '')) {
        stream.destroy();
        return;
      }
      const request = requestOf(stream);
      const pair = { ...waiting.get(request), [type]: stream };
      waiting.set(request, pair);
      if (pair.data && pair.error) {
        waiting.delete(request);
        start(pair.data, pair.error);
      }
    },
  });

  const start = (data: SpdyStream, error: SpdyStream): void => {
    error.resume();
    const port = parsePort(data.headers.port ?? '');
    void forwardConnection(backend, pod, { port, read: data, write: data, error, signal: session.gone });
  };
}

/**
 * The request id of a stream. Old clients send none; they open the error stream and then the data stream, so the ids of
 * the two differ by one step.
 */
function requestOf(stream: SpdyStream): string {
  const { requestid, streamtype } = stream.headers;
  return requestid ?? `stream ${streamtype === 'error' ? stream.id : stream.id - 2}`;
}
