/**
 * A timeout that counts only the time in which this process ran. On a busy machine an answer may have arrived long
 * before this process reads it, and that is not the container's fault.
 */
import type { Clock } from '../../clock.ts';

export interface Patience {
  /** Aborts when the time is up. */
  signal: AbortSignal;
  /** Call it when the answer is there. */
  end(): void;
}

/** The time is counted in so many steps; a step counts once, however late it is. */
const steps = 10;

/** `timeout` is in milliseconds. */
export function startPatience(clock: Clock, timeout: number): Patience {
  const controller = new AbortController();
  let left = steps;
  const step = (): (() => void) =>
    clock.after(timeout / steps, () => {
      left -= 1;
      if (left > 0) cancel = step();
      // What has arrived by now is read before.
      else setImmediate(() => controller.abort(new Error('context deadline exceeded')));
    });
  let cancel = step();
  return { signal: controller.signal, end: () => cancel() };
}
