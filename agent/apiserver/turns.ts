/** How requests share the one thread: who has worked for long lets the others go on first. */

import type { Steps } from '../api/json/steps.ts';

/**
 * Milliseconds of one turn of the event loop after which a step waits for a later turn. A turn has up to three such
 * parts (writes, reads, and what becomes visible), and a request that arrives waits for all of them.
 */
const budget = 4;

export interface Turns {
  /**
   * Call it before each step of work that grows with what a client has sent or asks for. Resolves at once in a turn
   * that is young, else in a later one, in the order of the calls.
   */
  pause(): Promise<void>;
  /** Whether the present turn is no longer young: a loop over many small things asks before each, and then pauses. */
  isOver(): boolean;
  /** Takes the steps one by one, with a pause before each. */
  run<Result>(steps: Steps<Result>): Promise<Result>;
  /** The same for many small steps: pauses only where a turn is over. */
  each<Item>(items: Iterable<Item>, take: (item: Item) => void): Promise<void>;
}

/** `now`: in milliseconds. */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const waiting: (() => void)[] = [];
  /** Of the present turn, from the first step that was taken in it. */
  let began: number | undefined;
  let handing = false;

  const isYoung = (): boolean => {
    if (began === undefined) {
      began = now();
      setImmediate(() => {
        began = undefined;
        if (waiting.length > 0) void handOut();
      });
    }
    return now() - began < budget;
  };
  /** One after the other, so that how long each step took is known before the next. */
  const handOut = async (): Promise<void> => {
    if (handing) return;
    handing = true;
    while (waiting.length > 0 && isYoung()) {
      waiting.shift()?.();
      // Who calls may begin to wait only after this has; the second time the step is done.
      await undefined;
      await undefined;
    }
    handing = false;
  };
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      void handOut();
    });
  const isOver = (): boolean => !isYoung();
  return {
    pause,
    isOver,
    run: async (steps) => {
      for (;;) {
        await pause();
        const step = steps.next();
        if (step.done) return step.value;
      }
    },
    each: async (items, take) => {
      await pause();
      for (const item of items) {
        if (isOver()) await pause();
        take(item);
      }
    },
  };
}
