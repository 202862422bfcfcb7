/** An informer whose objects the test supplies. */
import type { KubeObject } from '../../agent/api/types.ts';
import { type Informer, type InformerChange, keyOf } from '../../agent/client/informer.ts';

export interface FakeInformer<T extends KubeObject> extends Informer<T> {
  put(object: T): void;
  remove(key: string): void;
}

export function createFakeInformer<T extends KubeObject>(initial: T[] = []): FakeInformer<T> {
  const objects = new Map(initial.map((object) => [keyOf(object), object]));
  const indices = new Map<string, (object: T) => readonly string[]>();
  const listeners = new Set<(change: InformerChange<T>) => void>();
  const notify = (change: InformerChange<T>) => {
    for (const listener of listeners) listener(change);
  };
  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    index: (name, keysOf) => void (indices.has(name) || indices.set(name, keysOf)),
    byIndex: (name, value) => [...objects.values()].filter((object) => indices.get(name)?.(object).includes(value)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    synced: Promise.resolve(),
    caughtUp: () => Promise.resolve(),
    seenDeleted: () => Promise.resolve(),
    put(object) {
      const old = objects.get(keyOf(object));
      objects.set(keyOf(object), object);
      notify(old ? { type: 'updated', object, old } : { type: 'added', object });
    },
    remove(key) {
      const object = objects.get(key);
      objects.delete(key);
      if (object) notify({ type: 'deleted', object });
    },
  };
}
