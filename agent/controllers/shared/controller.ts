/**
 * The declaration of a controller: what its keys identify, which changes enqueue a key, and how a key is reconciled.
 * The runtime (`runtime.ts`) does the rest. The shape follows controller-runtime's builder.
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

/** What a controller works with. The signal aborts when the process ends or loses the lease. */
export interface Context {
  /** With the identity of the controller. */
  client: Client;
  /** The served kinds, which may change at run time. */
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Records events with the controller's `component` as source. */
  recorder: Recorder;
  informer<T extends KubeObject>(kind: Kind<T>): Informer<T>;
}

/** A key to reconcile now or after some milliseconds. Of several delays for one key the shortest counts. */
export type Request = string | { key: string; after: number };

/** Enqueues keys when objects of a kind change. Create it with `watch` or `owns`. */
export interface Watch {
  kind: Kind;
  /** Called before the first object arrives. */
  prepare?(context: Context): void;
  /** Called once all informers of the controller have synced. */
  follow(context: Context, enqueue: (requests: Iterable<Request>) => void): void;
}

/** Create it with `index`. */
export interface Index {
  declare(context: Context): void;
}

export interface ControllerDefinition<T extends KubeObject> {
  /** Upstream's name of the queue. It appears in the log and as the label `name` of the queue's metrics. */
  name: string;
  /**
   * The service account in kube-system as which it writes, and whose rights it has; by default the manager's own user.
   * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go
   */
  account?: string;
  /** The source of events, e.g. `deployment-controller`. */
  component?: string;
  /** Absent if keys come from `everyKind`. */
  for?: Kind<T>;
  /**
   * The keys that a change of such an object enqueues; by default its own key. Objects that exist at the start count as
   * added.
   */
  keys?(change: InformerChange<T>, context: Context): Iterable<Request>;
  /** The kinds whose objects the reconciled objects control. */
  owns?: readonly Owned<T>[];
  watches?: readonly Watch[];
  /** The keys that a change of an object of any kind enqueues. */
  everyKind?(context: Context): EveryKind<Iterable<Request>>;
  /** Kinds that a reconcile only reads. The first reconcile waits until their informers have synced. */
  reads?: readonly Kind[];
  indices?: readonly Index[];
  /** How many keys are reconciled at a time; by default 5, like most of upstream's `--concurrent-*-syncs`. */
  concurrency?: number;
  /**
   * Moves the cluster one step towards what the key's object specifies. The result says after how many milliseconds to
   * reconcile again even without a change. A rejection requeues the key with back-off.
   */
  reconcile(context: Context, key: string): Promise<{ after: number } | undefined>;
}

export interface Owned<T extends KubeObject> {
  kind: Kind;
  /** Selects the uncontrolled objects that the owner adopts; by default it adopts none. */
  selectorOf?(owner: T): meta.LabelSelector | undefined;
  /** How long to gather changes of the owned objects before a reconcile, in milliseconds. */
  delay?(owner: T): number;
}

/** `keys` returns the keys of a change. Objects that exist at the start are not replayed. */
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

/** Indices of a kind's objects by uid and by namespace. */
export const byUid = (kind: Kind): Index => index(kind, uidIndex, ({ metadata }) => [metadata.uid]);
export const byNamespace = (kind: Kind): Index =>
  index(kind, namespaceIndex, ({ metadata }) => [metadata.namespace ?? '']);

/**
 * The owners that a change of an owned object concerns: its controller, its previous controller, or possible adopters.
 */
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
