/**
 * Follows the objects of all kinds that are served: a kind that comes joins, one that goes is let go of with its
 * informer. For controllers that treat every kind alike.
 */
import type { Kind } from '../../api/kind.ts';
import type { KindSource } from '../../api/registry.ts';
import type { KubeObject } from '../../api/types.ts';
import type { Informer, InformerChange, Informers } from '../../client/informer.ts';

/** `R` is what a change brings, e.g. keys. */
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
 * `tell` gets what each change brings. The first is told once the kinds of the start have synced, so that objects which
 * refer to each other across kinds are all there. Resolves then; stops when the signal aborts.
 */
export async function followEveryKind<R>(
  every: EveryKind<R>,
  deps: { kinds: KindSource; informers: Informers; signal: AbortSignal },
  tell: (brought: R) => void,
): Promise<void> {
  const { kinds, informers, signal } = deps;
  const members = new Map<Kind, Member>();

  /** Resolves once the kind's objects are there, or the kind has left. */
  const enter = (kind: Kind): Promise<void> => {
    const leave = new AbortController();
    const informer = informers.until(leave.signal).for(kind);
    members.set(kind, { informer, leave });
    return Promise.race([informer.synced, aborted(leave.signal)]);
  };
  const follow = (kind: Kind): void => {
    const informer = members.get(kind)?.informer;
    if (!informer || signal.aborted) return;
    for (const object of informer.list()) tell(every.changed(kind, { type: 'added', object }));
    informer.onChange((change) => tell(every.changed(kind, change)));
    if (every.joined) tell(every.joined(kind));
  };
  const remove = (kind: Kind): void => {
    const member = members.get(kind);
    if (!member) return;
    members.delete(kind);
    member.leave.abort();
    if (every.left) tell(every.left(kind));
  };
  const stop = kinds.onChange(({ added, removed }) => {
    if (removed) remove(removed);
    if (added && every.includes(added)) void enter(added).then(() => follow(added));
  });
  signal.addEventListener('abort', stop, { once: true });

  const initial = kinds.list().filter((kind) => every.includes(kind));
  await Promise.all(initial.map(enter));
  for (const kind of initial) follow(kind);
}
