/**
 * Runs a few tasks at a time. An engine that gets all starts at once is slow for each, and takes the CPU from the
 * agents.
 */
export interface Slots {
  /** Runs the task when a slot is free. Urgent tasks run before waiting usual ones. */
  use<T>(task: () => Promise<T>, urgency?: 'urgent' | 'usual'): Promise<T>;
}

/** Creates `count` slots. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const take = (urgency: 'urgent' | 'usual'): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      if (urgency === 'urgent') waiting.unshift(resolve);
      else waiting.push(resolve);
    });
  };
  /** Hands the slot to the next waiting task, if there is one. */
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async use(task, urgency = 'usual') {
      await take(urgency);
      try {
        return await task();
      } finally {
        release();
      }
    },
  };
}
