/** Logs and attach: the parts that stream. */
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { resized } from '../../../api/engine.ts';
import type { Clock } from '../../../clock.ts';
import type { ContainerProcess, LogOptions } from '../runtime.ts';
import { ask, openConnection, openStream, RuntimeError } from './engine.ts';
import { messagesOf, processOver, terminalOutput } from './streams.ts';

async function hasTty(docker: Docker, id: string, signal: AbortSignal): Promise<boolean> {
  const info = await ask(docker.getContainer(id).inspect({ abortSignal: signal }));
  return info?.Config.Tty ?? false;
}

/** Yields the log of a container as raw bytes, without the engine's framing. */
export async function* readLogs(
  docker: Docker,
  id: string,
  options: LogOptions,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const tty = await hasTty(docker, id, signal);
  const query = {
    stdout: true,
    stderr: true,
    follow: options.follow,
    timestamps: options.timestamps,
    tail: options.tailLines ?? 'all',
    ...(options.since === undefined ? {} : { since: (options.since / 1000).toFixed(3) }),
  };
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  try {
    const stream = await openStream(docker, `/containers/${id}/logs`, query, signal);
    const read = tty ? terminalOutput : messagesOf;
    for await (const data of read(stream, { stamped: options.timestamps })) {
      yield data.length > left ? data.subarray(0, left) : data;
      left -= data.length;
      if (left <= 0) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * The connection may exist before the process has its terminal, so the last size is retried until the engine accepts
 * it.
 */
export function sizing(
  clock: Clock,
  resize: (columns: number, rows: number) => Promise<unknown>,
): ContainerProcess['resize'] {
  let last = 0;
  return async (columns, rows) => {
    last += 1;
    const own = last;
    for (let attempt = 1; own === last; attempt += 1) {
      try {
        return await resized(resize(columns, rows));
      } catch (error) {
        if (attempt === 20) throw new RuntimeError(error);
        await clock.sleep(50);
      }
    }
  };
}

/** Ties a connection to a signal, and drops the listener with the connection: a kubelet's signal lives much longer. */
export function destroyWith(signal: AbortSignal, connection: Duplex): void {
  const destroy = (): void => void connection.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  connection.once('close', () => signal.removeEventListener('abort', destroy));
  // The signal may have aborted during the connection's setup. Wait a turn, so that the user of the connection listens.
  if (signal.aborted) setImmediate(destroy);
}

/** How long, in milliseconds, the end of an ended container may take to arrive. */
const endDelay = 250;

/** Refuses to attach to an ended container. The engine would wait for its next start, but no container starts twice. */
async function refuseEnded(container: Docker.Container, attached: ContainerProcess, clock: Clock): Promise<void> {
  const info = await ask(container.inspect(), 404);
  if (info?.State.Running) return;
  const ended = attached.exit.then(
    () => true,
    () => true,
  );
  if (await Promise.race([ended, clock.sleep(endDelay).then(() => false)])) return;
  attached.close();
  // This is the wording of upstream's runtimes; kubectl then reads the log instead.
  throw new RuntimeError(new Error('container is in CONTAINER_EXITED state'));
}

/** Attaches to the container's first process. Rejects if the container has ended. */
export async function attachTo(
  docker: Docker,
  clock: Clock,
  id: string,
  options: { stdin: boolean; tty: boolean },
  signal: AbortSignal,
): Promise<ContainerProcess> {
  const container = docker.getContainer(id);
  const query = { stream: true, stdin: options.stdin, stdout: true, stderr: true };
  const connection = await openConnection(docker, `/containers/${id}/attach`, query, signal);
  destroyWith(signal, connection);
  const attached = processOver(connection, options.tty, {
    resize: sizing(clock, (columns, rows) => container.resize({ w: columns, h: rows })),
    exitCode: async () => (await ask(container.inspect()))?.State.ExitCode ?? 0,
  });
  await refuseEnded(container, attached, clock);
  return attached;
}

/** The engine walks through the container's files. 0 for a container that is gone. */
export async function readWritten(docker: Docker, id: string, signal: AbortSignal): Promise<number> {
  const options = { size: true, abortSignal: signal } as object;
  const info = await ask(docker.getContainer(id).inspect(options), 404);
  return info && 'SizeRw' in info ? Number(info.SizeRw) : 0;
}
