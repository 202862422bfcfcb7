/** Applies the runtime's events to the known objects, without asking the runtime where an event says everything. */
import { idOf, type ObjectIndex } from './object-index.ts';
import type { RuntimeEvent, RuntimeObject } from './runtime.ts';

export interface EventFollower {
  /** Applies the event; `inspect` asks the caller to read the object, which may have changed in any way. */
  take(event: RuntimeEvent): 'inspect' | 'done';
  /** Ignores an object that runs if its end is known: it was read before. */
  put(object: RuntimeObject): void;
  forget(id: string): void;
  replaceAll(present: readonly RuntimeObject[]): void;
}

const runs = (object: RuntimeObject): boolean =>
  object.type === 'sandbox' ? object.sandbox.state === 'ready' : object.container.state === 'running';

const hasEnded = (object: RuntimeObject): boolean => object.type === 'container' && object.container.state === 'exited';

/** The object after its end; undefined if the event does not say enough. */
function afterEnd(object: RuntimeObject | undefined, end: RuntimeEvent['end']): RuntimeObject | undefined {
  if (!object || !runs(object)) return undefined;
  if (object.type === 'sandbox') return { ...object, sandbox: { ...object.sandbox, state: 'notready', pid: 0 } };
  return end && { ...object, container: { ...object.container, state: 'exited', ...end } };
}

export function createEventFollower(objects: ObjectIndex): EventFollower {
  /** What has ended, and runs again only after another `started`. */
  const ended = new Set<string>();
  /** Containers in which a process had no memory: only the runtime knows what their end means. */
  const short = new Set<string>();
  const forget = (id: string): void => {
    ended.delete(id);
    short.delete(id);
    objects.forget(id);
  };
  const died = ({ id, end }: RuntimeEvent): 'inspect' | 'done' => {
    ended.add(id);
    const after = short.has(id) ? undefined : afterEnd(objects.get(id), end);
    if (!after) return 'inspect';
    objects.put(after);
    return 'done';
  };
  const steps: Record<RuntimeEvent['type'], (event: RuntimeEvent) => 'inspect' | 'done'> = {
    started({ id, own }) {
      ended.delete(id);
      return own ? 'done' : 'inspect';
    },
    died,
    oom({ id }) {
      short.add(id);
      return 'inspect';
    },
    removed({ id }) {
      forget(id);
      return 'done';
    },
  };

  return {
    take: (event) => steps[event.type](event),
    put(object) {
      if (!runs(object) || !ended.has(idOf(object))) objects.put(object);
    },
    forget,
    replaceAll(present) {
      ended.clear();
      for (const object of present) if (hasEnded(object)) ended.add(idOf(object));
      objects.replaceAll(present);
    },
  };
}
