/** Collects items and hands them over together, so that a burst reaches the window in a few messages. */
export interface Batch<T> {
  add(item: T): void;
  flush(): void;
}

export type After = (milliseconds: number, call: () => void) => () => void;

const systemAfter: After = (milliseconds, call) => {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
};

/** Hands over `interval` ms after the first item, or at once when `limit` items wait. */
export function createBatch<T>(
  handOver: (items: T[]) => void,
  { interval = 50, limit = 2_000, after = systemAfter }: { interval?: number; limit?: number; after?: After } = {},
): Batch<T> {
  let items: T[] = [];
  let cancel: (() => void) | undefined;
  const flush = () => {
    cancel?.();
    cancel = undefined;
    if (items.length === 0) return;
    const full = items;
    items = [];
    handOver(full);
  };
  return {
    add(item) {
      items.push(item);
      if (items.length >= limit) flush();
      else cancel ??= after(interval, flush);
    },
    flush,
  };
}
