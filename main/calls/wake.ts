/**
 * Notices that the machine slept. Connections are then dead without an error and must be opened again.
 * A timer that fires far too late shows this on every platform and in both shells.
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

/** For platforms that report a resume, and for a cluster that has just come up: relays retry at once. */
export function wake(): void {
  for (const listener of [...listeners]) listener();
}

/** Calls back after each sleep. Returns a function that removes the listener. */
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
