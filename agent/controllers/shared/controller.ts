/**
 * A controller, declared: what its keys are of, what brings a key back, and what is done for a key. The runtime
 * (`runtime.ts`) does the rest. The shape is that of controller-runtime's builder.
 * https://github.com/kubernetes-sigs/controller-runtime/blob/main/pkg/builder/controller.go
 */
import type { Kind } from '../../api/kind.ts';
import { controllerOf } from '../../api/owner.ts';
import type { KindRegistry } from '../../api/registry.ts';
import { selects } from '../../api/selectors.ts';
import type { KubeObject, meta } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import { type Informer, type InformerChange, keyOf } from '../../client/informer.ts';
import type { Recorder } from '../../client/recorder.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { EveryKind } from './every-kind.ts';
import { byController, controllerIndex } from './owners.ts';

/** What a controller works with. Its signal aborts when the process ends or loses the lease. */
export interface Context {
  client: Client;
  /** What is served; kinds come and go. */
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Signs events with the controller's `component`. */
  recorder: Recorder;
  informer<T extends KubeObject>(kind: Kind<T>): Informer<T>;
}

/** A key to reconcile: now, or after some milliseconds, of several such delays the shortest. */
export type Request = string | { key: string; after: number };

/** Brings keys back when an object of some kind changes. Make it with `watch` or `owns`. */
export interface Watch {
  kind: Kind;
  /** Before the first object is there. */
  prepare?(context: Context): void;
  /** Once every informer of the controller has synced. */
  follow(context: Context, enqueue: (requests: Iterable<Request>) => void): void;
}

/** Make it with `index`. */
export interface Index {
  declare(context: Context): void;
}

export interface ControllerDefinition<T extends KubeObject> {
  /** Upstream's name of the queue: the label `name` of its metrics, and in the log. */
  name: string;
  /** Who events are from, e.g. `deployment-controller`. */
  component?: string;
  /** Absent where keys come from `everyKind`. */
  for?: Kind<T>;
  /** Keys that a change of such an object brings; its own key where absent. Those that exist at the start count as added. */
  keys?(change: InformerChange<T>, context: Context): Iterable<Request>;
  /** Kinds whose objects the reconciled ones control. */
  owns?: readonly Owned<T>[];
  watches?: readonly Watch[];
  /** Keys that a change of an object of any kind brings. */
  everyKind?(context: Context): EveryKind<Iterable<Request>>;
  /** Kinds that a reconcile only reads: the first one waits for them. */
  reads?: readonly Kind[];
  indices?: readonly Index[];
  /** Different keys at the same time; 5 where absent, as `--concurrent-*-syncs` mostly has it. */
  concurrency?: number;
  /**
   * Brings the world a step towards what the key's object asks for. The result says after how many milliseconds it is
   * worth looking again although nothing changes; a rejection brings the key back with back-off.
   */
  reconcile(context: Context, key: string): Promise<{ after: number } | undefined>;
}

export interface Owned<T extends KubeObject> {
  kind: Kind;
  /** Which objects that nobody controls it would adopt; without it, it adopts none. */
  selectorOf?(owner: T): meta.LabelSelector | undefined;
  /** Milliseconds to gather changes of its objects before it is reconciled. */
  delay?(owner: T): number;
}

/** `keys` of a change; objects that exist at the start are not replayed. */
export const watch = <U extends KubeObject>(
  kind: Kind<U>,
  keys: (change: InformerChange<U>, context: Context) => Iterable<Request>,
): Watch => ({
  kind,
  follow: (context, enqueue) => void context.informer(kind).onChange((change) => enqueue(keys(change, context))),
});

export const index = <U extends KubeObject>(
  kind: Kind<U>,
  name: string,
  valuesOf: (object: U) => readonly string[],
): Index => ({ declare: (context) => context.informer(kind).index(name, valuesOf) });

export const uidIndex = 'uid';
export const namespaceIndex = 'namespace';

/** Objects of a kind by their uid, and by their namespace. */
export const byUid = (kind: Kind): Index => index(kind, uidIndex, ({ metadata }) => [metadata.uid]);
export const byNamespace = (kind: Kind): Index =>
  index(kind, namespaceIndex, ({ metadata }) => [metadata.namespace ?? '']);

/** The owners that a change of an owned object concerns: its controller, the one before, or who would adopt it. */
export function ownersWatch<T extends KubeObject>(owner: Kind<T>, { kind, selectorOf, delay }: Owned<T>): Watch {
  const ownersOf = function* (object: KubeObject, owners: Informer<T>): Generator<Request> {
    const controller = controllerOf(object);
    if (controller) {
      for (const each of owners.byIndex(uidIndex, controller.uid))
        yield { key: keyOf(each), after: delay?.(each) ?? 0 };
      return;
    }
    if (!selectorOf) return;
    for (const each of owners.byIndex(namespaceIndex, object.metadata.namespace ?? '')) {
      const selector = selectorOf(each);
      if (selector && selects(selector, object.metadata.labels)) yield keyOf(each);
    }
  };
  return {
    kind,
    prepare(context) {
      context.informer(kind).index(controllerIndex, byController);
      byUid(owner).declare(context);
      byNamespace(owner).declare(context);
    },
    follow(context, enqueue) {
      const owners = context.informer(owner);
      context.informer(kind).onChange(({ object, old }) => {
        enqueue(ownersOf(object, owners));
        if (old && controllerOf(old)?.uid !== controllerOf(object)?.uid) enqueue(ownersOf(old, owners));
      });
    },
  };
}
