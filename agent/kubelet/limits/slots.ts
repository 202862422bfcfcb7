/** A few at a time: an engine that is asked to start everything at once starts nothing soon, and takes the agents' CPU too. */
export interface Slots {
  /** Runs the task when there is room. What is `urgent` goes before what waits. */
  use<T>(task: () => Promise<T>, urgency?: 'urgent' | 'usual'): Promise<T>;
}

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
  /** Hands the slot over where somebody waits for it. */
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
