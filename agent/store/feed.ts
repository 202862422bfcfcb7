/** Delivers the live changes of a store to its watchers, in order. */
import type { Change } from './store.ts';

interface Subscriber {
  prefix: string;
  pending: Change[];
  wake: (() => void) | undefined;
  ended: boolean;
}

export interface Subscription {
  /**
   * Resolves with the changes since the last call, at least one; with none once the feed or the signal has ended.
   * Rejects once the feed has failed.
   */
  next(): Promise<readonly Change[]>;
  end(): void;
}

export interface Feed {
  publish(changes: readonly Change[]): void;
  subscribe(prefix: string, signal: AbortSignal): Subscription;
  close(): void;
  /** Ends the feed with an error, which all present and later subscribers receive. */
  fail(error: Error): void;
}

export function createFeed(): Feed {
  const subscribers = new Set<Subscriber>();
  let failure: Error | undefined;

  const wake = (subscriber: Subscriber) => {
    const call = subscriber.wake;
    subscriber.wake = undefined;
    call?.();
  };
  const end = (subscriber: Subscriber) => {
    subscriber.ended = true;
    subscribers.delete(subscriber);
    wake(subscriber);
  };
  const take = (subscriber: Subscriber): Change[] => {
    const taken = subscriber.pending;
    subscriber.pending = [];
    return taken;
  };

  return {
    publish: (changes) => {
      for (const subscriber of subscribers) {
        for (const change of changes) {
          if (change.entry.key.startsWith(subscriber.prefix)) subscriber.pending.push(change);
        }
        if (subscriber.pending.length > 0) wake(subscriber);
      }
    },
    subscribe: (prefix, signal) => {
      const subscriber: Subscriber = { prefix, pending: [], wake: undefined, ended: signal.aborted };
      if (!signal.aborted) subscribers.add(subscriber);
      const onAbort = () => end(subscriber);
      signal.addEventListener('abort', onAbort, { once: true });
      return {
        next: async () => {
          if (subscriber.pending.length === 0 && !subscriber.ended && !failure) {
            await new Promise<void>((resolve) => {
              subscriber.wake = resolve;
            });
          }
          if (subscriber.ended) return [];
          if (failure && subscriber.pending.length === 0) throw failure;
          return take(subscriber);
        },
        end: () => {
          signal.removeEventListener('abort', onAbort);
          end(subscriber);
        },
      };
    },
    fail: (error) => {
      failure ??= error;
      for (const subscriber of subscribers) wake(subscriber);
    },
    close: () => {
      for (const subscriber of [...subscribers]) end(subscriber);
    },
  };
}
