/**
 * Who watches one kind, by the field that a watch is pinned to. A thousand kubelets each watch the pods of their own
 * node: an event must not ask all of them. Upstream's cache does the same with its trigger functions.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go
 */
import type { StoredRecord } from './record.ts';

/** A watch whose selector demands one value of a field. */
export interface Pin {
  /** Tells fields, as the version names them, apart. */
  field: string;
  value: string;
  read(record: StoredRecord): string;
}

/** `previous` is what an update or a deletion replaced; of a deletion, `record` has the revision of the deletion. */
export interface ResourceEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  record: StoredRecord;
  previous?: StoredRecord;
  /**
   * Encoded frames by form and what became of the event under a selector, shared by all watchers while they are told of
   * it.
   */
  frames?: Map<string, Buffer> | undefined;
}

export interface ResourceWatcher {
  /** Absent: it is told of every event. */
  readonly pin?: Pin | undefined;
  /** Must not throw and must not wait. */
  event(event: ResourceEvent): void;
  /** The state has reached this revision without an event of this kind. */
  progress?(revision: number): void;
  /** The server closes. */
  end(): void;
}

export interface Watchers extends Iterable<ResourceWatcher> {
  readonly size: number;
  add(watcher: ResourceWatcher): void;
  delete(watcher: ResourceWatcher): void;
  tell(event: ResourceEvent): void;
}

interface PinnedField {
  read: Pin['read'];
  byValue: Map<string, Set<ResourceWatcher>>;
}

export function createWatchers(): Watchers {
  const all = new Set<ResourceWatcher>();
  const unpinned = new Set<ResourceWatcher>();
  const fields = new Map<string, PinnedField>();

  const fieldOf = ({ field, read }: Pin): PinnedField => {
    const known = fields.get(field) ?? { read, byValue: new Map() };
    fields.set(field, known);
    return known;
  };
  const unpin = (watcher: ResourceWatcher, { field, value }: Pin) => {
    const { byValue } = fields.get(field) ?? {};
    const pinned = byValue?.get(value);
    pinned?.delete(watcher);
    if (pinned?.size === 0) byValue?.delete(value);
    if (byValue?.size === 0) fields.delete(field);
  };
  const tellPinned = ({ read, byValue }: PinnedField, event: ResourceEvent) => {
    const value = read(event.record);
    const before = event.previous && read(event.previous);
    for (const watcher of byValue.get(value) ?? []) watcher.event(event);
    if (before !== undefined && before !== value) for (const watcher of byValue.get(before) ?? []) watcher.event(event);
  };

  return {
    get size() {
      return all.size;
    },
    [Symbol.iterator]: () => all[Symbol.iterator](),
    add(watcher) {
      all.add(watcher);
      const { pin } = watcher;
      if (!pin) {
        unpinned.add(watcher);
        return;
      }
      const { byValue } = fieldOf(pin);
      const pinned = byValue.get(pin.value);
      if (pinned) pinned.add(watcher);
      else byValue.set(pin.value, new Set([watcher]));
    },
    delete(watcher) {
      if (!all.delete(watcher)) return;
      unpinned.delete(watcher);
      if (watcher.pin) unpin(watcher, watcher.pin);
    },
    tell(event) {
      for (const watcher of unpinned) watcher.event(event);
      for (const field of fields.values()) tellPinned(field, event);
    },
  };
}
