/**
 * Runs exec and attach on the client's streams, independent of the transport.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/remotecommand/exec.go
 */

import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../api/errors.ts';
import type { Logger } from '../../log.ts';
import type { ContainerProcess } from '../runtime/runtime.ts';

export interface CommandOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** The status that the error stream carries at the end. */
export interface CommandStatus {
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: { causes: { reason?: string; message: string }[] };
  code?: number;
}

/** The client's ends of a command's streams. A stream that the client did not request is absent. */
export interface CommandClient {
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  onResize(listener: (size: { width: number; height: number }) => void): void;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
  /** Sends the final status, and ends the connection once the client has read everything. */
  finish(status: CommandStatus): void;
}

const success: CommandStatus = { metadata: {}, status: 'Success' };

/**
 * Source: NonZeroExitCode in
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/remotecommand/constants.go
 */
function exitStatus(command: readonly string[], exitCode: number): CommandStatus {
  if (exitCode === 0) return success;
  const message = `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${exitCode}`;
  return {
    metadata: {},
    status: 'Failure',
    message,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

export function internalError(text: string): CommandStatus {
  const message = `Internal error occurred: ${text}`;
  return {
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    details: { causes: [{ message: text }] },
    code: 500,
  };
}

/** Resolves when the command has ended. Never rejects: failures go to the client. `command` is absent for an attach. */
export async function serveCommand(
  client: CommandClient,
  start: (signal: AbortSignal) => Promise<ContainerProcess>,
  command: readonly string[] | undefined,
  log: Logger,
): Promise<void> {
  const verb = command ? 'executing command in' : 'attaching to';
  try {
    const process = await start(client.gone);
    const exitCode = await relay(client, process, log);
    client.finish(command ? exitStatus(command, exitCode) : success);
  } catch (error) {
    client.finish(internalError(`error ${verb} container: ${messageOf(error)}`));
  }
}

async function relay(client: CommandClient, process: ContainerProcess, log: Logger): Promise<number> {
  let over = false;
  client.onResize(({ width, height }) => {
    process.resize(width, height).catch((error) => {
      // A resize after the end may fail silently.
      if (!over) log.warn('Cannot resize the terminal', { width, height, error: messageOf(error) });
    });
  });
  forwardInput(client.stdin, process.stdin);
  const left = whenAborted(client.gone);
  try {
    const output = Promise.all([
      process.exit,
      forwardOutput(process.stdout, client.stdout),
      forwardOutput(process.stderr, client.stderr),
    ]);
    const [{ exitCode }] = await Promise.race([output, left.rejection]);
    return exitCode;
  } finally {
    over = true;
    left.forget();
    process.close();
  }
}

/**
 * Rejects when the signal aborts. Without it, a client that leaves an endless process would keep these objects alive.
 */
function whenAborted(signal: AbortSignal): { rejection: Promise<never>; forget(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return { rejection: promise, forget: () => signal.removeEventListener('abort', onAbort) };
}

/**
 * Copies the input. A process may end without reading all of it (`head -1`); the client still receives its exit code.
 */
function forwardInput(from: Readable | undefined, to: Writable): void {
  to.on('error', () => from?.resume());
  if (!from) {
    to.end();
    return;
  }
  from.pipe(to);
  to.once('close', () => from.resume());
}

async function forwardOutput(from: Readable, to: Writable | undefined): Promise<void> {
  if (to) await pipeline(from, to);
  else from.resume();
}
