/** Sandboxes and containers by id and by pod. */
import type { RuntimeContainer, RuntimeObject, RuntimeSandbox } from './runtime.ts';

export interface ObjectIndex {
  get(id: string): RuntimeObject | undefined;
  sandboxes(podUid: string): RuntimeSandbox[];
  containers(podUid: string): RuntimeContainer[];
  /** Uids of all pods that have a sandbox or a container. */
  podUids(): string[];
  allSandboxes(): RuntimeSandbox[];
  put(object: RuntimeObject): void;
  forget(id: string): void;
  /** Replaces the content: removes every object that is not among these. */
  replaceAll(present: readonly RuntimeObject[]): void;
}

const uidOf = (object: RuntimeObject): string =>
  object.type === 'sandbox' ? object.sandbox.pod.uid : object.container.pod.uid;
export const idOf = (object: RuntimeObject): string =>
  object.type === 'sandbox' ? object.sandbox.id : object.container.id;
const sandboxesIn = (objects: Iterable<RuntimeObject>): RuntimeSandbox[] =>
  [...objects].flatMap((object) => (object.type === 'sandbox' ? [object.sandbox] : []));

/** Calls `onChange` with the uid of the pod whose object is put or forgotten. */
export function createObjectIndex(onChange: (podUid: string) => void): ObjectIndex {
  const objects = new Map<string, RuntimeObject>();
  const byPod = new Map<string, Map<string, RuntimeObject>>();

  const ofPod = (uid: string): Iterable<RuntimeObject> => byPod.get(uid)?.values() ?? [];
  const forget = (id: string): void => {
    const object = objects.get(id);
    if (!object) return;
    objects.delete(id);
    const uid = uidOf(object);
    byPod.get(uid)?.delete(id);
    if (byPod.get(uid)?.size === 0) byPod.delete(uid);
    onChange(uid);
  };
  const put = (object: RuntimeObject): void => {
    const uid = uidOf(object);
    objects.set(idOf(object), object);
    const known = byPod.get(uid) ?? new Map<string, RuntimeObject>();
    byPod.set(uid, known.set(idOf(object), object));
    onChange(uid);
  };

  return {
    get: (id) => objects.get(id),
    sandboxes: (uid) => sandboxesIn(ofPod(uid)),
    containers: (uid) => [...ofPod(uid)].flatMap((object) => (object.type === 'container' ? [object.container] : [])),
    podUids: () => [...byPod.keys()],
    allSandboxes: () => sandboxesIn(objects.values()),
    put,
    forget,
    replaceAll(present) {
      const ids = new Set(present.map(idOf));
      for (const id of [...objects.keys()]) if (!ids.has(id)) forget(id);
      for (const object of present) put(object);
    },
  };
}
