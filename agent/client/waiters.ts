/** Waits for conditions, which are checked after each change of the cache. */
export function createWaiters() {
  const waiting = new Map<() => boolean, (reason: unknown) => void>();
  return {
    check(): void {
      for (const attempt of waiting.keys()) if (attempt()) waiting.delete(attempt);
    },
    /** Rejects all pending waits, because the cache will not change any more. */
    reject(reason: unknown): void {
      for (const reject of waiting.values()) reject(reason);
      waiting.clear();
    },
    until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
      if (condition()) return Promise.resolve();
      if (signal?.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = () => reject(signal?.reason);
      const attempt = () => {
        if (!condition()) return Boolean(signal?.aborted);
        signal?.removeEventListener('abort', onAbort);
        resolve();
        return true;
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.set(attempt, reject);
      return promise;
    },
  };
}
