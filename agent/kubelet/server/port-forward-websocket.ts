/**
 * Port forwarding over WebSocket channels, one connection per port. Channel 2i carries the data and 2i+1 the error of
 * the i-th port; each starts with the port as two little-endian bytes.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/portforward/websocket.go
 */
import type { Pod } from '../../api/types.ts';
import type { Upgrade } from '../../streams/websocket.ts';
import type { StreamBackend } from './backend.ts';
import { channelFormat, openChannels } from './channels.ts';
import { parsePort } from './command-options.ts';
import { HttpError } from './http-error.ts';
import { forwardConnection } from './port-forward.ts';
import { acceptWebSocket, chooseWebSocketProtocol } from './upgrade.ts';

const protocols = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

/** The ports of the query, in order. Throws `HttpError` 400 if there are none, or one is malformed. */
export function parsePorts(query: URLSearchParams): number[] {
  const ports = [...query.getAll('port'), ...query.getAll('ports')].flatMap((value) => value.split(','));
  if (ports.length === 0) throw new HttpError(400, 'query parameter "port" is required');
  return ports.map(parsePort);
}

export async function servePortForwardWebSocket(
  backend: StreamBackend,
  pod: Pod,
  upgrade: Upgrade,
  ports: readonly number[],
): Promise<void> {
  const protocol = chooseWebSocketProtocol(upgrade.request, protocols);
  const socket = openChannels(await acceptWebSocket(upgrade, protocol), channelFormat(protocol));
  ports.forEach((port, index) => {
    const [read, write, error] = [socket.reader(2 * index), socket.writer(2 * index), socket.writer(2 * index + 1)];
    const name = Buffer.alloc(2);
    name.writeUInt16LE(port);
    write.write(name);
    error.write(name);
    void forwardConnection(backend, pod, { port, read, write, error, signal: socket.gone });
  });
}
