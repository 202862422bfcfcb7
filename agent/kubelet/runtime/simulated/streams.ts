/** The output of a simulated container: one line. */
import { PassThrough } from 'node:stream';
import type { ContainerProcess, LogOptions, RuntimeContainer } from '../runtime.ts';

const explanation = 'This container is simulated: nothing runs in it.';

/** Prints an explanation on stdout and exits, so that `kubectl exec` explains itself. */
export function explainingProcess(exitCode: number): ContainerProcess {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stdout.end(`${explanation}\n`);
  stderr.end();
  const stdin = new PassThrough();
  stdin.resume();
  return {
    stdin,
    stdout,
    stderr,
    resize: async () => {},
    exit: Promise.resolve({ exitCode }),
    close: () => stdin.destroy(),
  };
}

export async function* oneLine(
  container: RuntimeContainer,
  options: LogOptions,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (options.tailLines === 0 || (options.since ?? 0) > container.startedAt) return;
  const stamp = options.timestamps ? `${new Date(container.startedAt).toISOString().replace('Z', '000000Z')} ` : '';
  yield Buffer.from(`${stamp}${explanation}\n`).subarray(0, options.limitBytes);
  if (!options.follow || container.state !== 'running') return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
