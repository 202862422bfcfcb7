/** When each node last sent a heartbeat, by this process's clock. The clocks of nodes are never compared with it. */
import { gracePeriod } from './plan.ts';

/** A check that is this many milliseconds late means that the machine slept, so no node could renew its lease. */
const sleepThreshold = 10_000;

export interface Heartbeats {
  record(name: string, now: number): void;
  forget(name: string): void;
  /** Milliseconds until the node counts as silent; zero or less if it already does. */
  timeLeft(name: string, now: number): number;
}

export function createHeartbeats(): Heartbeats {
  const lastHeard = new Map<string, number>();
  const due = new Map<string, number>();
  return {
    record: (name, now) => void lastHeard.set(name, now),
    forget: (name) => {
      lastHeard.delete(name);
      due.delete(name);
    },
    timeLeft(name, now) {
      const expected = due.get(name);
      if (!lastHeard.has(name) || (expected !== undefined && now - expected > sleepThreshold)) lastHeard.set(name, now);
      const left = (lastHeard.get(name) ?? now) + gracePeriod - now;
      if (left > 0) due.set(name, now + left);
      else due.delete(name);
      return left;
    },
  };
}
