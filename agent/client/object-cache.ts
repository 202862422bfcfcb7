/** Objects by key, with indices: the data of an informer, without network access. */
import type { KubeObject } from '../api/types.ts';

export const keyOf = (object: KubeObject): string =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name;

/** `['ns', 'name']`, or `['', 'name']`. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
}

interface Index<T> {
  keysOf: (object: T) => readonly string[];
  members: Map<string, Map<string, T>>;
}

export function createCache<T extends KubeObject>() {
  const objects = new Map<string, T>();
  const indices = new Map<string, Index<T>>();

  const enter = (index: Index<T>, key: string, object: T): void => {
    for (const value of index.keysOf(object)) {
      const members = index.members.get(value);
      if (members) members.set(key, object);
      else index.members.set(value, new Map([[key, object]]));
    }
  };
  const leave = (index: Index<T>, key: string, object: T): void => {
    for (const value of index.keysOf(object)) {
      const members = index.members.get(value);
      members?.delete(key);
      if (members?.size === 0) index.members.delete(value);
    }
  };

  return {
    objects,
    put(key: string, object: T): T | undefined {
      const old = objects.get(key);
      for (const index of indices.values()) {
        if (old) leave(index, key, old);
        enter(index, key, object);
      }
      objects.set(key, object);
      return old;
    },
    remove(key: string): T | undefined {
      const old = objects.get(key);
      if (!old) return undefined;
      for (const index of indices.values()) leave(index, key, old);
      objects.delete(key);
      return old;
    },
    clear(): void {
      objects.clear();
      for (const { members } of indices.values()) members.clear();
    },
    index(name: string, keysOf: Index<T>['keysOf']): void {
      if (indices.has(name)) return;
      const index: Index<T> = { keysOf, members: new Map() };
      for (const [key, object] of objects) enter(index, key, object);
      indices.set(name, index);
    },
    byIndex(name: string, value: string): T[] {
      const index = indices.get(name);
      if (!index) throw new Error(`informer has no index "${name}"`);
      return [...(index.members.get(value)?.values() ?? [])];
    },
  };
}
