/** The time, for ages on screen: one timer, only while someone looks. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since the epoch, in steps of `step`. */
export const useNow = (step = 1_000): number => useSyncExternalStore(subscribe, () => Math.floor(now / step) * step);

/** What `read` makes of the time; who asks is drawn anew only when that is another text. */
export const useAt = (read: (now: number) => string): string => useSyncExternalStore(subscribe, () => read(now));
