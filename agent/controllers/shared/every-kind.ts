/**
 * Follows the objects of all served kinds. A kind that is added joins; a removed kind leaves, and its informer is
 * released. For controllers that treat every kind alike.
 */
import type { Kind } from '../../api/kind.ts';
import type { KindSource } from '../../api/registry.ts';
import type { KubeObject } from '../../api/types.ts';
import type { Informer, InformerChange, Informers } from '../../client/informer.ts';

/** `R` is the result of a change, e.g. keys. */
export interface EveryKind<R> {
  includes(kind: Kind): boolean;
  /** Objects that exist when a kind joins count as added. */
  changed(kind: Kind, change: InformerChange<KubeObject>): R;
  joined?(kind: Kind): R;
  left?(kind: Kind): R;
}

interface Member {
  informer: Informer<KubeObject>;
  leave: AbortController;
}

/** Resolves when the signal aborts. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/**
 * Passes the result of each change to `onResult`. It starts when all initial kinds have synced, so that references
 * between kinds can be resolved. Resolves at that time; stops when the signal aborts.
 */
export async function followEveryKind<R>(
  every: EveryKind<R>,
  deps: { kinds: KindSource; informers: Informers; signal: AbortSignal },
  onResult: (brought: R) => void,
): Promise<void> {
  const { kinds, informers, signal } = deps;
  const members = new Map<Kind, Member>();

  /** Resolves once the kind's objects are known, or the kind has left. */
  const join = (kind: Kind): Promise<void> => {
    const leave = new AbortController();
    const informer = informers.until(leave.signal).for(kind);
    members.set(kind, { informer, leave });
    return Promise.race([informer.synced, aborted(leave.signal)]);
  };
  const follow = (kind: Kind): void => {
    const informer = members.get(kind)?.informer;
    if (!informer || signal.aborted) return;
    for (const object of informer.list()) onResult(every.changed(kind, { type: 'added', object }));
    informer.onChange((change) => onResult(every.changed(kind, change)));
    if (every.joined) onResult(every.joined(kind));
  };
  const remove = (kind: Kind): void => {
    const member = members.get(kind);
    if (!member) return;
    members.delete(kind);
    member.leave.abort();
    if (every.left) onResult(every.left(kind));
  };
  const stop = kinds.onChange(({ added, removed }) => {
    if (removed) remove(removed);
    if (added && every.includes(added)) void join(added).then(() => follow(added));
  });
  signal.addEventListener('abort', stop, { once: true });

  const initial = kinds.list().filter((kind) => every.includes(kind));
  await Promise.all(initial.map(join));
  for (const kind of initial) follow(kind);
}
