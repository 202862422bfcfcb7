/** When to ask another server again. */

export interface Pace {
  /** Milliseconds until the next question to the server that did not answer. */
  failed(name: string): number;
  /** The same after an answer, and for whoever is gone. */
  succeeded(name: string): number;
}

/** Usually after `longest` milliseconds; after `first` where the server fails, and twice as long with each failure. */
export function createPace(first: number, longest: number): Pace {
  const failures = new Map<string, number>();
  return {
    failed: (name) => {
      const count = failures.get(name) ?? 0;
      failures.set(name, count + 1);
      return Math.min(first * 2 ** count, longest);
    },
    succeeded: (name) => {
      failures.delete(name);
      return longest;
    },
  };
}
