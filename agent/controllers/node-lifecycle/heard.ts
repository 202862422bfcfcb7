/** When each node was last heard of, by our own clock: clocks of nodes are never compared with ours. */
import { gracePeriod } from './plan.ts';

/** A check that comes this much too late means that the machine was asleep: nobody could have renewed. Milliseconds. */
const asleep = 10_000;

export interface Heard {
  note(name: string, now: number): void;
  forget(name: string): void;
  /** Milliseconds until the node counts as silent; not above zero where it does now. */
  left(name: string, now: number): number;
}

export function createHeard(): Heard {
  const heard = new Map<string, number>();
  const due = new Map<string, number>();
  return {
    note: (name, now) => void heard.set(name, now),
    forget: (name) => {
      heard.delete(name);
      due.delete(name);
    },
    left(name, now) {
      const expected = due.get(name);
      if (!heard.has(name) || (expected !== undefined && now - expected > asleep)) heard.set(name, now);
      const left = (heard.get(name) ?? now) + gracePeriod - now;
      if (left > 0) due.set(name, now + left);
      else due.delete(name);
      return left;
    },
  };
}
