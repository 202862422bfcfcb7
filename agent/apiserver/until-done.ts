/**
 * What a cluster has from its first moment on may be refused: a webhook whose server is not up yet, or a policy. Only
 * somebody who reaches the server can put that right, so it serves meanwhile, and tries again.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/server/hooks.go
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

/** Milliseconds. */
const pause = 5_000;

/** Somebody was against a write; everything else that fails is the server's own failure. */
export class Refused extends Error {}

/** Resolves when the task is done or has been refused, and goes on with it then. Rejects where it fails otherwise. */
export type UntilDone = (task: () => Promise<void>) => Promise<void>;

export function createUntilDone(clock: Clock, log: Logger, signal: AbortSignal): UntilDone {
  const attempt: UntilDone = async (task) => {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (signal.aborted) return;
      log.error('What every cluster has is refused; it will be tried again', { error });
      const cancel = clock.after(pause, () => {
        signal.removeEventListener('abort', cancel);
        attempt(task).catch((failure: unknown) => log.error('What every cluster has is missing', { error: failure }));
      });
      signal.addEventListener('abort', cancel, { once: true });
    }
  };
  return attempt;
}
