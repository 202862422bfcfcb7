/**
 * Runs declared controllers. Each waits for its informers, has its own queue with metrics and back-off, and stops when
 * the lease is lost. The back-off is upstream's default rate limiter for controllers (5 ms, doubling up to 1000 s).
 * https://github.com/kubernetes/client-go/blob/master/util/workqueue/default_rate_limiters.go
 */
import { leases } from '../../api/coordination/lease.ts';
import { events } from '../../api/core/event.ts';
import { isNamespaceTerminating } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { KindRegistry } from '../../api/registry.ts';
import type { KubeObject } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import { type InformerChange, type Informers, keyOf } from '../../client/informer.ts';
import { runLeaderElection } from '../../client/leader.ts';
import { createRecorder } from '../../client/recorder.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { MetricsRegistry } from '../../metrics/registry.ts';
import { type Context, type ControllerDefinition, ownersWatch, type Request, type Watch } from './controller.ts';
import { followEveryKind } from './every-kind.ts';

export interface RuntimeDeps {
  /** With the identity of the manager, which holds the lease. */
  client: Client;
  /** With the identity of a service account in kube-system. */
  clientFor(account: string): Client;
  kinds: KindRegistry;
  informers: Informers;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  metrics?: MetricsRegistry;
}

export interface Controller {
  name: string;
  /** Returns at once; the controller stops when the signal aborts. */
  start(deps: RuntimeDeps): void;
}

export const defineController = <T extends KubeObject>(definition: ControllerDefinition<T>): Controller => ({
  name: definition.name,
  start: (deps) => start(definition, deps),
});

function contextOf({ component, name, account }: ControllerDefinition<never>, deps: RuntimeDeps): Context {
  const { kinds, informers, clock, log, signal } = deps;
  const client = account === undefined ? deps.client : deps.clientFor(account);
  const recorder = createRecorder({ client, events, component: component ?? name, clock, log });
  return { client, kinds, clock, log, signal, recorder, informer: (kind) => informers.for(kind) };
}

/** Watches the objects that the keys identify. Objects that exist at the start count as added. */
const ownWatch = <T extends KubeObject>(kind: Kind<T>, keys: ControllerDefinition<T>['keys']): Watch => ({
  kind,
  follow(context, enqueue) {
    const keysOf = (change: InformerChange<T>) => keys?.(change, context) ?? [keyOf(change.object)];
    const informer = context.informer(kind);
    informer.onChange((change) => enqueue(keysOf(change)));
    for (const object of informer.list()) enqueue(keysOf({ type: 'added', object }));
  },
});

function watchesOf<T extends KubeObject>({ for: kind, keys, owns = [], watches = [] }: ControllerDefinition<T>) {
  if (!kind) return watches;
  return [ownWatch(kind, keys), ...owns.map((owned) => ownersWatch(kind, owned)), ...watches];
}

async function follow<T extends KubeObject>(
  definition: ControllerDefinition<T>,
  context: Context,
  deps: RuntimeDeps,
  enqueue: (requests: Iterable<Request>) => void,
): Promise<void> {
  const { reads = [], indices = [], everyKind } = definition;
  const watches = watchesOf(definition);
  for (const each of watches) each.prepare?.(context);
  for (const each of indices) each.declare(context);
  const kinds = new Set([...watches.map(({ kind }) => kind), ...reads]);
  await Promise.all([...kinds].map((kind) => context.informer(kind).synced));
  // The lease may have been lost while the informers synced.
  if (context.signal.aborted) return;
  for (const each of watches) each.follow(context, enqueue);
  if (everyKind) await followEveryKind(everyKind(context), deps, enqueue);
}

function start<T extends KubeObject>(definition: ControllerDefinition<T>, deps: RuntimeDeps): void {
  const { name, reconcile, concurrency = 5 } = definition;
  const { clock, log, signal, metrics } = deps;
  const context = contextOf(definition, deps);
  const queue = createWorkQueue({
    name,
    clock,
    log,
    signal,
    metrics,
    concurrency,
    reconcile: async (key) => {
      try {
        const result = await reconcile(context, key);
        if (result) queue.addAfter(key, result.after);
      } catch (error) {
        // A retry would always fail, and the key's object is deleted with its namespace.
        if (!isNamespaceTerminating(error)) throw error;
        log.info('Nothing can be made in a namespace that is being terminated', { queue: name, key });
      }
    },
  });
  const enqueue = (requests: Iterable<Request>): void => {
    for (const request of requests) {
      if (typeof request === 'string') queue.add(request);
      else queue.addAfter(request.key, request.after);
    }
  };
  follow(definition, context, deps, enqueue).catch((error: unknown) =>
    log.error('Controller could not start', { controller: name, error }),
  );
}

/**
 * Starts the controllers that `declare` returns, with fresh state each time: at once, or whenever `leader` holds the
 * lease `kube-controller-manager`. When the lease is lost, informers that only controllers use are released. Resolves
 * when the signal has aborted and the lease is given back.
 */
export async function runControllers(
  declare: () => readonly Controller[],
  deps: RuntimeDeps,
  leader?: { identity: string },
): Promise<void> {
  const { client, clock, log, signal } = deps;
  const lead = (leading: AbortSignal): void => {
    const scoped = { ...deps, informers: deps.informers.until(leading), signal: leading };
    for (const controller of declare()) controller.start(scoped);
  };
  if (!leader) {
    lead(signal);
    return;
  }
  const { identity } = leader;
  try {
    await runLeaderElection({ client, leases, name: 'kube-controller-manager', identity, clock, log, signal, lead });
  } catch (error) {
    log.error('Controllers stopped', { error });
  }
}
