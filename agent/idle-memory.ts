/**
 * Returns memory after a burst. V8 keeps most pages that its heap once grew to, and collects nothing while nothing is
 * allocated: after large requests a process would stay at a multiple of its size. Nothing here runs while the process
 * is idle.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';

/** Milliseconds. */
const window = 5_000;
/**
 * Collections within a window: so many are a burst, and so few the end of one. An idle control plane has one or two.
 */
const burst = 5;
const calm = 2;

export interface Garbage {
  /** Calls back after V8 collected garbage on its own account. */
  onCollection(call: () => void): void;
  /**
   * Collects everything once; the thread stands still for it. After that V8 collects again in small steps, as long as
   * nothing else is going on, and returns free pages to the system.
   */
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

/**
 * V8's collection on demand. A process that starts with `--expose-gc` has no use for the compiled code that Node
 * carries of its own modules, since V8 takes compiled code only under the flags that it was made with.
 */
function collector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc');
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}

/** The garbage of this thread. */
export function threadGarbage(): Garbage {
  let collected = 0;
  return {
    onCollection: (call) => {
      const observer = new PerformanceObserver((list) => {
        for (const { startTime } of list.getEntries()) if (startTime >= collected) call();
      });
      observer.observe({ entryTypes: ['gc'] });
    },
    collectAll: () => {
      collector()({ type: 'major' });
      collected = performance.now();
    },
  };
}
