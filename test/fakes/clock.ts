/** A clock that moves only when a test moves it. */
import type { Clock } from '../../agent/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time forward and runs the timers that fall due, in order. Promises settle after each timer. */
  advance(milliseconds: number): Promise<void>;
  /** Number of waiting timers. */
  readonly pending: number;
}

/** Runs everything that can already resolve; no real time passes. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export function createFakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start;
  const timers = new Set<{ due: number; call: () => void }>();

  const after = (milliseconds: number, call: () => void): (() => void) => {
    const timer = { due: time + Math.max(0, milliseconds), call };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const nextDue = (until: number) => [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];

  return {
    now: () => time,
    after,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const cancel = after(milliseconds, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        const onAbort = () => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(milliseconds) {
      const until = time + milliseconds;
      await settle();
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        time = timer.due;
        timer.call();
        await settle();
      }
      time = until;
      await settle();
    },
    get pending() {
      return timers.size;
    },
  };
}
