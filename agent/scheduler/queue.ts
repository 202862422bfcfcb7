/**
 * Pods that wait for a node: active ones by priority and age, failed ones in back-off, and unschedulable ones until
 * something changes that could help.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/backend/queue/scheduling_queue.go
 */
import type { Clock } from '../clock.ts';

/** Milliseconds. */
const firstBackoff = 1_000;
const lastBackoff = 10_000;
const unschedulableFlush = 5 * 60_000;

interface Waiting {
  key: string;
  priority: number;
  /** When it was first added: older first among equals. */
  since: number;
  serial: number;
  attempts: number;
  failedAt: number;
}

export interface SchedulingQueue {
  /** A new pod, or one whose spec or labels changed: it is tried at once. */
  add(key: string, priority: number): void;
  remove(key: string): void;
  /** The next pod to try, or undefined. */
  pop(): string | undefined;
  /** No node fits: it waits for `wake` (or five minutes). Call after `pop`. */
  park(key: string): void;
  /** It failed for another reason: it is tried again after its back-off. Call after `pop`. */
  retry(key: string): void;
  /** Something changed that may make room. */
  wake(): void;
}

/** `onActive` is called whenever `pop` has something new. */
export function createQueue(clock: Clock, signal: AbortSignal, onActive: () => void): SchedulingQueue {
  const known = new Map<string, Waiting>();
  const active = new Set<string>();
  const parked = new Map<string, () => void>();
  const backing = new Map<string, () => void>();
  let serial = 0;

  const leave = (key: string): void => {
    active.delete(key);
    for (const timers of [parked, backing]) {
      timers.get(key)?.();
      timers.delete(key);
    }
  };
  const activate = (key: string): void => {
    leave(key);
    active.add(key);
    onActive();
  };
  const backOff = (waiting: Waiting): void => {
    const delay = Math.min(firstBackoff * 2 ** (waiting.attempts - 1), lastBackoff);
    const left = waiting.failedAt + delay - clock.now();
    leave(waiting.key);
    if (left <= 0) activate(waiting.key);
    else
      backing.set(
        waiting.key,
        clock.after(left, () => activate(waiting.key)),
      );
  };
  const failed = (key: string): Waiting | undefined => {
    const waiting = known.get(key);
    if (waiting) waiting.failedAt = clock.now();
    return waiting;
  };
  const before = (a: Waiting, b: Waiting): boolean =>
    a.priority !== b.priority ? a.priority > b.priority : a.since !== b.since ? a.since < b.since : a.serial < b.serial;

  signal.addEventListener('abort', () => {
    for (const key of [...known.keys()]) leave(key);
  });

  return {
    add(key, priority) {
      const waiting = known.get(key);
      serial += 1;
      if (waiting) waiting.priority = priority;
      else known.set(key, { key, priority, since: clock.now(), serial, attempts: 0, failedAt: 0 });
      activate(key);
    },
    remove(key) {
      leave(key);
      known.delete(key);
    },
    pop() {
      let first: Waiting | undefined;
      for (const key of active) {
        const waiting = known.get(key);
        if (waiting && (!first || before(waiting, first))) first = waiting;
      }
      if (!first) return undefined;
      active.delete(first.key);
      first.attempts += 1;
      return first.key;
    },
    park(key) {
      const waiting = failed(key);
      if (waiting)
        parked.set(
          key,
          clock.after(unschedulableFlush, () => backOff(waiting)),
        );
    },
    retry(key) {
      const waiting = failed(key);
      if (waiting) backOff(waiting);
    },
    wake() {
      for (const key of [...parked.keys()]) {
        const waiting = known.get(key);
        if (waiting) backOff(waiting);
      }
    },
  };
}
