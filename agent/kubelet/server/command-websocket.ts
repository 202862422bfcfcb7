/**
 * exec and attach over WebSocket: channels 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/remotecommand/websocket.go
 */

import type { Upgrade } from '../../streams/websocket.ts';
import { type ChannelSocket, channelFormat, openChannels } from './channels.ts';
import type { CommandClient, CommandOptions, CommandStatus } from './command.ts';
import { parseSize, type TerminalSize } from './resize.ts';
import { acceptWebSocket, chooseWebSocketProtocol } from './upgrade.ts';

const protocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
];

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

export async function openWebSocketCommand(upgrade: Upgrade, options: CommandOptions): Promise<CommandClient> {
  const protocol = chooseWebSocketProtocol(upgrade.request, protocols);
  const socket = openChannels(await acceptWebSocket(upgrade, protocol), channelFormat(protocol));
  const structured = /^v[45]\./.test(protocol);
  const stdin = options.stdin ? socket.reader(channel.stdin) : undefined;
  const stdout = options.stdout ? socket.writer(channel.stdout) : undefined;
  const stderr = options.stderr ? socket.writer(channel.stderr) : undefined;
  const error = socket.writer(channel.error);
  // An empty message on the lowest output channel tells the client that the connection is established.
  (stdout ?? stderr ?? error).write(Buffer.alloc(0));
  return {
    stdin,
    stdout,
    stderr,
    gone: socket.gone,
    onResize: sizes(socket),
    finish: (status) => {
      const text = statusText(status, structured);
      if (text !== '') error.write(text);
      error.end(() => socket.close());
    },
  };
}

/** The client sends its size before the process starts, so the last size is kept for the first listener. */
function sizes(socket: ChannelSocket): CommandClient['onResize'] {
  let latest: TerminalSize | undefined;
  let listener: ((size: TerminalSize) => void) | undefined;
  socket.onMessage(channel.resize, (data) => {
    latest = parseSize(data.toString()) ?? latest;
    if (latest) listener?.(latest);
  });
  return (listen) => {
    listener = listen;
    if (latest) listen(latest);
  };
}

/** Before version 4 the error stream carried plain text, and nothing on success. */
export function statusText(status: CommandStatus, structured: boolean): string {
  if (structured) return JSON.stringify(status);
  return status.status === 'Success' ? '' : (status.message ?? '');
}
