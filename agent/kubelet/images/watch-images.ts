/** Follows the engine's images: pulls by other nodes, loads, builds and removals change what this node has. */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { ImageChange, Runtime } from '../runtime/runtime.ts';

export interface WatchImagesOptions {
  runtime: Pick<Runtime, 'imageChanges'>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** At once, with each change. */
  onEach(change: ImageChange): void;
  /** Once for the changes of a second. */
  onChange(): void;
}

/** A build or a load changes several images at a time. In milliseconds. */
const gatherFor = 1_000;
const retryAfter = 5_000;

/**
 * Calls `onChange` soon after images changed, until the signal aborts. What is missed while the engine is away counts
 * as one change.
 */
export async function watchImages({
  runtime,
  clock,
  log,
  signal,
  onEach,
  onChange,
}: WatchImagesOptions): Promise<void> {
  let cancel: (() => void) | undefined;
  const soon = (): void => {
    cancel ??= clock.after(gatherFor, () => {
      cancel = undefined;
      if (!signal.aborted) onChange();
    });
  };
  const pause = async (): Promise<void> => {
    try {
      await clock.sleep(retryAfter, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
  while (!signal.aborted) {
    try {
      for await (const change of runtime.imageChanges(signal)) {
        onEach(change);
        soon();
      }
    } catch (error) {
      if (signal.aborted) break;
      log.warn('The images of the engine cannot be followed, will retry', { error });
      await pause();
      soon();
    }
  }
  cancel?.();
}
