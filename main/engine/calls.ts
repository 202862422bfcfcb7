/** Calls to an engine. Their errors name the command that a user would have typed. */

import { statusOf } from '../../agent/api/engine.ts';
import { EngineError, engineError } from './errors.ts';

export async function call<T>(command: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    if (cause instanceof Error && cause.name === 'AbortError') throw cause;
    throw engineError(command, cause);
  }
}

/** The filter for all of these labels. Podman refuses a filter by no label; Docker takes it for none. */
export const labelled = (labels: string[]): { filters?: { label: string[] } } =>
  labels.length > 0 ? { filters: { label: labels } } : {};

/** For requests that dockerode cannot cancel: stops waiting for the answer. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
}

/** Undefined if the engine has no such thing. */
export async function optional<T>(
  command: string,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  try {
    return await (signal ? untilAborted(run(), signal) : run());
  } catch (cause) {
    signal?.throwIfAborted();
    if (statusOf(cause) === 404) return undefined;
    throw engineError(command, cause);
  }
}

export async function unless(expected: number | number[], command: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    if (![expected].flat().includes(statusOf(cause) ?? 0)) throw engineError(command, cause);
  }
}
