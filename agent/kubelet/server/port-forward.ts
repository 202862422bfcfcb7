/**
 * One forwarded connection, independent of the transport.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/portforward/
 */

import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../api/errors.ts';
import type { Pod } from '../../api/types.ts';
import type { StreamBackend } from './backend.ts';

export interface ForwardedConnection {
  port: number;
  read: Readable;
  write: Writable;
  /** Receives the message of a failure, if any, and is then ended. */
  error: Writable;
  signal: AbortSignal;
}

/** Never rejects: failures go to the client's error stream. */
export async function forwardConnection(backend: StreamBackend, pod: Pod, client: ForwardedConnection): Promise<void> {
  const { port } = client;
  try {
    const target = await backend.dial(pod, port, client.signal);
    await splice(client, target);
    client.error.end();
  } catch (error) {
    const { name, namespace, uid } = pod.metadata;
    const reason = `failed to connect to localhost:${port} inside namespace "${uid}": ${messageOf(error)}`;
    client.error.end(`error forwarding port ${port} to pod ${namespace}/${name}, uid ${uid}: ${reason}`);
    client.write.end();
  }
  client.read.resume();
}

/**
 * Ends when the pod has sent everything: the client may keep its half open, and waits for the end of the error stream.
 * A client that ends first still receives the rest. An abrupt end on either side is not a failure.
 */
async function splice({ read, write, signal }: ForwardedConnection, target: Duplex): Promise<void> {
  const cut = (): void => void target.destroy();
  const onClose = (): void => {
    if (!read.readableEnded) cut();
  };
  signal.addEventListener('abort', cut, { once: true });
  read.once('close', onClose);
  read.pipe(target);
  try {
    await pipeline(target, write);
  } catch {
    // One side is gone. The other side is closed, which is the only way to inform it.
    write.destroy();
  } finally {
    signal.removeEventListener('abort', cut);
    read.off('close', onClose);
    read.unpipe(target);
    target.destroy();
  }
}
