/**
 * exec and attach over SPDY/3.1: the client opens one stream each for error, stdin, stdout, stderr and resize.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/remotecommand/httpstream.go
 */
import type { Clock } from '../../clock.ts';
import { type SpdySession, type SpdyStream, serveSpdy } from '../../streams/spdy/session.ts';
import type { Upgrade } from '../../streams/websocket.ts';
import type { CommandClient, CommandOptions } from './command.ts';
import { statusText } from './command-websocket.ts';
import { parseSize } from './resize.ts';
import { acceptSpdy, chooseSpdyProtocol } from './upgrade.ts';

const protocols = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];

/**
 * How long a client may take to open its streams (remotecommand.DefaultStreamCreationTimeout) and to close at the end,
 * in milliseconds.
 */
const streamTimeout = 30_000;

const maxSizeText = 1024;

export async function openSpdyCommand(upgrade: Upgrade, options: CommandOptions, clock: Clock): Promise<CommandClient> {
  const protocol = chooseSpdyProtocol(upgrade.request, protocols);
  acceptSpdy(upgrade, protocol);
  const canResize = protocol === 'v4.channel.k8s.io' || protocol === 'v3.channel.k8s.io';
  const { session, streams } = await collectStreams(upgrade, expectedStreams(options, canResize), clock);
  const error = streams.get('error');
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    gone: session.gone,
    onResize: (listener) => readSizes(streams.get('resize'), listener),
    finish: (status) => {
      error?.end(statusText(status, protocol === 'v4.channel.k8s.io'));
      // The client closes once it has read all streams. If the server closed first, data queued at the client would be
      // lost.
      session.goAway();
      const cancel = clock.after(streamTimeout, () => session.destroy());
      if (session.gone.aborted) cancel();
      session.gone.addEventListener('abort', cancel, { once: true });
    },
  };
}

function expectedStreams(options: CommandOptions, canResize: boolean): string[] {
  const expected = ['error'];
  if (options.stdin) expected.push('stdin');
  if (options.stdout) expected.push('stdout');
  if (options.stderr) expected.push('stderr');
  if (options.tty && canResize) expected.push('resize');
  return expected;
}

async function collectStreams(
  { socket, head }: Upgrade,
  expected: readonly string[],
  clock: Clock,
): Promise<{ session: SpdySession; streams: Map<string, SpdyStream> }> {
  const streams = new Map<string, SpdyStream>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const session = serveSpdy(socket, head, {
    onStream: (stream) => {
      const type = stream.headers.streamtype ?? '';
      if (!expected.includes(type) || streams.has(type)) {
        stream.destroy();
        return;
      }
      streams.set(type, stream);
      if (streams.size === expected.length) resolve();
    },
  });
  const cancel = clock.after(streamTimeout, () => reject(new Error('timed out waiting for client to create streams')));
  session.gone.addEventListener('abort', () => reject(session.gone.reason), { once: true });
  try {
    await promise;
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    cancel();
  }
  return { session, streams };
}

/** Reads terminal sizes: JSON objects, one after the other. */
function readSizes(stream: SpdyStream | undefined, listener: Parameters<CommandClient['onResize']>[0]): void {
  let pending = '';
  stream?.on('data', (chunk: Buffer) => {
    pending = (pending + chunk.toString()).slice(-maxSizeText);
    for (let end = pending.indexOf('}'); end >= 0; end = pending.indexOf('}')) {
      const size = parseSize(pending.slice(0, end + 1));
      pending = pending.slice(end + 1);
      if (size) listener(size);
    }
  });
}
