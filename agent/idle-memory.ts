/**
 * Returns memory after a burst. V8 keeps most pages that its heap once grew to, and collects nothing while nothing is
 * allocated: after large requests a process would stay at a multiple of its size. Nothing here runs while the process
 * is idle.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

/** Milliseconds. */
const window = 10_000;
/** Collections within a window: so many are a burst, and so few the end of one. An idle control plane has one or two. */
const burst = 5;
const calm = 2;

export interface Garbage {
  /** Calls back after V8 collected garbage on its own account. */
  onCollection(call: () => void): void;
  /** Collects everything, and returns free pages to the system. The thread stands still for it. */
  collectAll(): void;
}

export function startTrimming({ onCollection, collectAll }: Garbage, clock: Clock): void {
  let recent: number[] = [];
  let waiting = false;
  const forgetOld = () => {
    recent = recent.filter((at) => clock.now() - at < window);
  };
  const awaitEnd = () => {
    waiting = true;
    clock.after(window, () => {
      forgetOld();
      if (recent.length > calm) return awaitEnd();
      waiting = false;
      collectAll();
    });
  };
  onCollection(() => {
    recent.push(clock.now());
    forgetOld();
    if (recent.length >= burst && !waiting) awaitEnd();
  });
}

/** The garbage of this thread. Undefined where Node runs without `--expose-gc`. */
export function threadGarbage(): Garbage | undefined {
  const collect = globalThis.gc;
  if (!collect) return undefined;
  let collected = 0;
  return {
    onCollection: (call) => {
      const observer = new PerformanceObserver((list) => {
        for (const { startTime } of list.getEntries()) if (startTime >= collected) call();
      });
      observer.observe({ entryTypes: ['gc'] });
    },
    collectAll: () => {
      collect({ type: 'major', flavor: 'last-resort' });
      collected = performance.now();
    },
  };
}
