/** Counts by a node label and its value, e.g. pods by zone. */

export interface TopologyCounts {
  readonly isEmpty: boolean;
  get(key: string, value: string): number;
  /** Entries that reach 0 are removed. */
  add(key: string, value: string, by: number): void;
  keys(): Iterable<string>;
  clone(): TopologyCounts;
}

export function createTopologyCounts(
  initial: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(),
): TopologyCounts {
  const counts = new Map([...initial].map(([key, values]) => [key, new Map(values)]));
  return {
    get isEmpty() {
      return counts.size === 0;
    },
    get: (key, value) => counts.get(key)?.get(value) ?? 0,
    add(key, value, by) {
      const values = counts.get(key) ?? new Map<string, number>();
      const after = (values.get(value) ?? 0) + by;
      if (after === 0) values.delete(value);
      else values.set(value, after);
      if (values.size === 0) counts.delete(key);
      else counts.set(key, values);
    },
    keys: () => counts.keys(),
    clone: () => createTopologyCounts(counts),
  };
}
