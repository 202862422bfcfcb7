/**
 * Carries several byte streams over one WebSocket: the first byte of a message names its channel.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/streaming/pkg/httpstream/wsstream/conn.go
 */
import { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';

export interface ChannelSocket {
  /** The bytes that the client sends on a channel. Data on a channel without a reader is dropped. */
  reader(channel: number): Readable;
  writer(channel: number): Writable;
  /** Calls the listener with each whole message of a channel. */
  onMessage(channel: number, listener: (data: Buffer) => void): void;
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  /** Sends the close frame after the pending writes. */
  close(): void;
}

/** `base64`: text messages, channel as a digit; `half close`: v5's message `[255, channel]` ends a channel. */
export interface ChannelFormat {
  base64: boolean;
  halfClose: boolean;
}

const closeSignal = 255;

/** The format that a subprotocol names. '' is the format for clients that request no subprotocol. */
export function channelFormat(protocol: string): ChannelFormat {
  return { base64: protocol.includes('base64.'), halfClose: protocol.startsWith('v5.') };
}

export function openChannels(socket: WebSocket, format: ChannelFormat): ChannelSocket {
  const readers = new Map<number, Readable>();
  const listeners = new Map<number, (data: Buffer) => void>();
  const gone = new AbortController();

  const onMessage = (message: Buffer): void => {
    const decoded = decode(message, format);
    if (!decoded) return;
    const { channel, data } = decoded;
    if (format.halfClose && channel === closeSignal) {
      readers.get(data[0] ?? closeSignal)?.push(null);
      return;
    }
    listeners.get(channel)?.(data);
    const reader = readers.get(channel);
    if (reader && !reader.destroyed && !reader.readableEnded && data.length > 0 && !reader.push(data)) socket.pause();
  };

  socket.on('message', (message: Buffer) => onMessage(message));
  socket.once('close', () => {
    for (const reader of readers.values()) reader.destroy();
    gone.abort(new Error('the client closed the connection'));
  });
  // 'close' always follows an error and informs all users of the connection.
  socket.on('error', () => socket.terminate());

  return {
    gone: gone.signal,
    onMessage: (channel, listener) => void listeners.set(channel, listener),
    reader: (channel) => {
      const reader = new Readable({ read: () => socket.resume() });
      readers.set(channel, reader);
      return reader;
    },
    writer: (channel) =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => send(socket, encode(channel, chunk, format), done),
      }),
    close: () => socket.close(1000),
  };
}

/** Drops the message if the client has left; `gone` has already informed the writer. */
function send(socket: WebSocket, message: Buffer | string, done: (error?: Error | null) => void): void {
  if (socket.readyState !== socket.OPEN) done();
  else socket.send(message, done);
}

function decode(message: Buffer, format: ChannelFormat): { channel: number; data: Buffer } | undefined {
  const first = message[0];
  if (first === undefined) return undefined;
  if (!format.base64) return { channel: first, data: message.subarray(1) };
  return { channel: first - 0x30, data: Buffer.from(message.toString('latin1', 1), 'base64') };
}

function encode(channel: number, data: Buffer, format: ChannelFormat): Buffer | string {
  if (format.base64) return `${channel}${data.toString('base64')}`;
  const message = Buffer.allocUnsafe(data.length + 1);
  message[0] = channel;
  data.copy(message, 1);
  return message;
}
