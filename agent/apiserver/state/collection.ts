/** The current objects of one kind, in the order in which the store would list them. */
import type { StoredRecord } from './record.ts';

export interface Collection {
  get(id: string): StoredRecord | undefined;
  put(record: StoredRecord): StoredRecord | undefined;
  remove(id: string): StoredRecord | undefined;
  /** As they are now, in key order; of one namespace where given. `after` is exclusive. */
  list(namespace: string, after?: string): readonly StoredRecord[];
  readonly size: number;
}

/** What follows `/` in the order of strings: less than no id of the namespace, and more than each. */
const endOf = (namespace: string): string => `${namespace}0`;

export function createCollection(): Collection {
  const records = new Map<string, StoredRecord>();
  /** By id. Keeping it sorted costs one memory move per creation, which is far less than sorting per list. */
  const sorted: StoredRecord[] = [];

  /** Index of the first record whose id is not less than `id`. */
  const position = (id: string): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.id ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const behind = (id: string): number => {
    const at = position(id);
    return sorted[at]?.id === id ? at + 1 : at;
  };

  return {
    get: (id) => records.get(id),
    put: (record) => {
      const previous = records.get(record.id);
      records.set(record.id, record);
      const at = position(record.id);
      if (previous) sorted[at] = record;
      else sorted.splice(at, 0, record);
      return previous;
    },
    remove: (id) => {
      const previous = records.get(id);
      if (!previous) return undefined;
      records.delete(id);
      sorted.splice(position(id), 1);
      return previous;
    },
    list: (namespace, after) => {
      if (sorted.length === 0) return [];
      const start = after === undefined ? position(namespace && `${namespace}/`) : behind(after);
      return sorted.slice(start, namespace ? Math.max(start, position(endOf(namespace))) : undefined);
    },
    get size() {
      return sorted.length;
    },
  };
}
