/** The number of pods in each domain of a topology, e.g. in each zone, and the smallest of these numbers. */

export interface Domains {
  readonly size: number;
  readonly smallest: number;
  get(domain: string): number;
  /** Adds to a domain's count; a new domain counts from now on. */
  add(domain: string, by: number): void;
  clone(): Domains;
}

export function createDomains(initial: Iterable<[string, number]> = []): Domains {
  const counts = new Map(initial);
  let smallest: number | undefined;

  return {
    get size() {
      return counts.size;
    },
    get smallest() {
      if (smallest === undefined) {
        smallest = Number.POSITIVE_INFINITY;
        for (const count of counts.values()) smallest = Math.min(smallest, count);
      }
      return smallest;
    },
    get: (domain) => counts.get(domain) ?? 0,
    add(domain, by) {
      const before = counts.get(domain);
      const after = (before ?? 0) + by;
      counts.set(domain, after);
      if (smallest === undefined) return;
      // The smallest number rises only if this was its last domain, which is not tracked: recompute it on demand.
      if (after <= smallest) smallest = after;
      else if (before === smallest) smallest = undefined;
    },
    clone: () => createDomains(counts),
  };
}
