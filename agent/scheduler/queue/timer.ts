/** One timer that is always set to the next due time. */
import type { Clock } from '../../clock.ts';

export interface Timer {
  /** Milliseconds since the epoch; undefined stops the timer. */
  set(due: number | undefined): void;
}

export function createTimer(clock: Clock, call: () => void): Timer {
  let due: number | undefined;
  let cancel = (): void => {};
  return {
    set(next) {
      if (next === due) return;
      cancel();
      due = next;
      if (next === undefined) return;
      cancel = clock.after(Math.max(0, next - clock.now()), () => {
        due = undefined;
        call();
      });
    },
  };
}
