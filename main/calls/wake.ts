/**
 * Notices that the machine slept: connections are then dead without knowing it, and must be opened anew.
 * A timer that fires far too late is the sign that works on every platform and in both shells.
 */
const listeners = new Set<() => void>();
const interval = 5_000;
const tolerance = 15_000;
let timer: ReturnType<typeof setInterval> | undefined;
let last = 0;

function check(): void {
  const now = Date.now();
  const slept = now - last > interval + tolerance;
  last = now;
  if (slept) wake();
}

/** Where the platform tells of its own accord, or a cluster has just come up: nobody waits for the next try. */
export function wake(): void {
  for (const listener of [...listeners]) listener();
}

/** Calls back after each sleep; the return value forgets the listener. */
export function onWake(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    last = Date.now();
    timer = setInterval(check, interval);
    timer.unref();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || !timer) return;
    clearInterval(timer);
    timer = undefined;
  };
}
