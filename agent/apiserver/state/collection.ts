/** The current objects of one kind, in the order in which the store would list them. */
import type { StoredRecord } from './record.ts';

export interface Collection {
  get(id: string): StoredRecord | undefined;
  put(record: StoredRecord): StoredRecord | undefined;
  remove(id: string): StoredRecord | undefined;
  /** In key order; of one namespace where given. `after` is exclusive. */
  list(namespace: string, after?: string): Iterable<StoredRecord>;
  readonly size: number;
}

export function createCollection(): Collection {
  const records = new Map<string, StoredRecord>();
  /** Sorted. Keeping it so costs one memory move per creation, which is far less than sorting per list. */
  const ids: string[] = [];

  /** Index of the first id that is not less than `id`. */
  const position = (id: string): number => {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ids[middle] ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get: (id) => records.get(id),
    put: (record) => {
      const previous = records.get(record.id);
      records.set(record.id, record);
      if (!previous) ids.splice(position(record.id), 0, record.id);
      return previous;
    },
    remove: (id) => {
      const previous = records.get(id);
      if (!previous) return undefined;
      records.delete(id);
      ids.splice(position(id), 1);
      return previous;
    },
    *list(namespace, after) {
      const prefix = namespace ? `${namespace}/` : '';
      const start = after === undefined ? position(prefix) : position(after);
      for (let index = start; index < ids.length; index += 1) {
        const id = ids[index] ?? '';
        if (!id.startsWith(prefix)) return;
        const record = records.get(id);
        if (record && id !== after) yield record;
      }
    },
    get size() {
      return ids.length;
    },
  };
}
