/** An end to what may take for ever. */
import type { Clock } from '../../clock.ts';

export interface Deadline {
  signal: AbortSignal;
  /** True once the time is over; false where somebody else gave up. */
  readonly isOver: boolean;
  /** Whoever is done in time lets go of the timer. */
  cancel(): void;
}

/** `after` in milliseconds; undefined: never. */
export function deadline(clock: Clock, after: number | undefined): Deadline & { abort(): void } {
  const controller = new AbortController();
  let isOver = false;
  const cancel =
    after === undefined
      ? () => {}
      : clock.after(after, () => {
          isOver = true;
          controller.abort();
        });
  return {
    signal: controller.signal,
    get isOver() {
      return isOver;
    },
    cancel,
    abort: () => controller.abort(),
  };
}

/** Of requests for what a server has: they are cheap, and many clients wait for all of them. */
export const discoveryTimeout = 5_000;
/** Upstream's `--request-timeout`. */
export const requestTimeout = 60_000;
