/** A binary heap of items with keys, so that any item can be removed or moved. */

export interface Heap<T> {
  readonly size: number;
  has(key: string): boolean;
  get(key: string): T | undefined;
  /** Adds the item, or replaces the item with the same key. */
  put(item: T): void;
  delete(key: string): T | undefined;
  peek(): T | undefined;
  pop(): T | undefined;
  /** The items in no particular order. */
  values(): Iterable<T>;
}

export function createHeap<T>(keyOf: (item: T) => string, less: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const positions = new Map<string, number>();

  const set = (at: number, item: T): void => {
    items[at] = item;
    positions.set(keyOf(item), at);
  };
  const up = (from: number, item: T): void => {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !less(item, parent)) break;
      set(at, parent);
      at = above;
    }
    set(at, item);
  };
  const down = (from: number, item: T): void => {
    let at = from;
    for (;;) {
      const left = items[2 * at + 1];
      const right = items[2 * at + 2];
      if (left === undefined) break;
      const [child, below] = right !== undefined && less(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
      if (!less(child, item)) break;
      set(at, child);
      at = below;
    }
    set(at, item);
  };
  const place = (at: number, item: T): void => {
    const parent = items[(at - 1) >> 1];
    if (at > 0 && parent !== undefined && less(item, parent)) up(at, item);
    else down(at, item);
  };
  const take = (key: string): T | undefined => {
    const at = positions.get(key);
    if (at === undefined) return undefined;
    const item = items[at];
    const last = items.pop();
    positions.delete(key);
    if (last !== undefined && at < items.length) place(at, last);
    return item;
  };

  return {
    get size() {
      return items.length;
    },
    has: (key) => positions.has(key),
    get: (key) => items[positions.get(key) ?? -1],
    put(item) {
      place(positions.get(keyOf(item)) ?? items.length, item);
    },
    delete: take,
    peek: () => items[0],
    pop() {
      const [first] = items;
      return first === undefined ? undefined : take(keyOf(first));
    },
    values: () => items.values(),
  };
}
