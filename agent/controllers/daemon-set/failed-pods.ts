/**
 * How long a node waits for the successor of a failed pod: what the kubelet rejects, it would reject again at once.
 * https://github.com/kubernetes/client-go/blob/release-1.36/util/flowcontrol/backoff.go
 */

/** In milliseconds, as upstream's controller manager sets them. */
const [firstDelay, longestDelay] = [1000, 15 * 60_000];

export interface FailedPods {
  /** Milliseconds until a failed pod may be replaced; 0 if it may be now. `key` is a daemon set on a node. */
  wait(key: string, now: number): number;
  /** Doubles the delay, unless the last replacement is long ago. */
  replaced(key: string, now: number): void;
}

export function createFailedPods(): FailedPods {
  const last = new Map<string, { at: number; delay: number }>();
  const isForgotten = (at: number, now: number): boolean => now - at > 2 * longestDelay;
  return {
    wait(key, now) {
      const { at, delay } = last.get(key) ?? { at: now, delay: 0 };
      return isForgotten(at, now) ? 0 : Math.max(0, at + delay - now);
    },
    replaced(key, now) {
      for (const [each, { at }] of last) if (isForgotten(at, now)) last.delete(each);
      const before = last.get(key)?.delay;
      last.set(key, { at: now, delay: before === undefined ? firstDelay : Math.min(2 * before, longestDelay) });
    },
  };
}
