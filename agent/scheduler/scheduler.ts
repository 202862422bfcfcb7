/** Assigns nodes to pods. https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ */
import { once } from 'node:events';
import { leases } from '../api/coordination/lease.ts';
import { events } from '../api/core/event.ts';
import { namespaces } from '../api/core/namespace.ts';
import { nodes } from '../api/core/node.ts';
import { pods } from '../api/core/pod.ts';
import { services } from '../api/core/service.ts';
import type { Kind } from '../api/kind.ts';
import { isPodTerminal } from '../api/pods.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { Pod } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { type Informers, keyOf } from '../client/informer.ts';
import { runLeaderElection } from '../client/leader.ts';
import { createRecorder } from '../client/recorder.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import { type ApiWriter, createApiWriter } from './api.ts';
import { createBinder } from './bind.ts';
import { createCache } from './cache.ts';
import { createPlacer } from './cycle.ts';
import { follow } from './follow.ts';
import type { Framework } from './framework/framework.ts';
import type { Handle, StorageLister } from './framework/handle.ts';
import { createNominator } from './framework/nominator.ts';
import type { Profile } from './framework/profile.ts';
import { createListers } from './listers.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { createOutcomes } from './outcomes.ts';
import type { PluginArgs } from './plugins/registry.ts';
import { createProfiles, defaultSchedulerName, schedulerNameOf } from './profiles.ts';
import { createPump } from './pump.ts';
import { createQueue, type QueuedPod } from './queue/queue.ts';
import { createStorageLister, storageKinds } from './storage.ts';
import { createWaitingPods } from './waiting-pods.ts';

export interface SchedulerDeps {
  client: Client;
  informers: Informers;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** If set, the scheduler runs only while it holds the lease `kube-scheduler`. */
  leader?: { identity: string };
  /** By default only the default profile. */
  profiles?: readonly Profile<PluginArgs>[];
  /** The kinds of looked-up objects, such as replica sets and disruption budgets, as far as they are served. */
  kinds: Pick<KindRegistry, 'find' | 'named'>;
  metrics?: MetricsRegistry;
}

function createWriters({ client, clock, log, signal }: SchedulerDeps): (schedulerName: string) => ApiWriter {
  const writers = new Map<string, ApiWriter>();
  return (schedulerName) => {
    const known = writers.get(schedulerName);
    if (known) return known;
    const recorder = createRecorder({ client, events, component: schedulerName, clock, log });
    const writer = createApiWriter(client, recorder, clock, signal);
    writers.set(schedulerName, writer);
    return writer;
  };
}

/** The parts from which each profile's plugins get their handle. */
interface HandleParts extends Pick<Handle, 'nominatedOn' | 'rejectWaiting' | 'preemptionEnded' | 'preempted'> {
  listers: ReturnType<typeof createListers>;
  storage: StorageLister;
  writerOf(schedulerName: string): ApiWriter;
  clock: Clock;
}

const createHandles =
  ({ listers, writerOf, clock, ...rest }: HandleParts) =>
  (schedulerName: string): Omit<Handle, 'framework'> => ({
    api: writerOf(schedulerName),
    ...listers,
    ...rest,
    now: clock.now,
    random: Math.random,
  });

function run(deps: SchedulerDeps): void {
  const { informers, clock, log, signal } = deps;
  const podInformer = informers.for(pods);
  const nodeInformer = informers.for(nodes);
  const cache = createCache();
  const nominator = createNominator();
  const waitingPods = createWaitingPods(clock);
  const placer = createPlacer();
  const writerOf = createWriters(deps);

  const handleFor = createHandles({
    listers: createListers(informers, deps.kinds),
    storage: createStorageLister(informers, clock),
    writerOf,
    clock,
    nominatedOn: nominator.nominatedOn,
    rejectWaiting: waitingPods.reject,
    preemptionEnded(pod, error) {
      if (!error) {
        queue.ungate(pod.metadata.uid);
        return;
      }
      if (signal.aborted) return;
      log.warn('Preemption failed', { pod: keyOf(pod), error });
      const current = podInformer.get(keyOf(pod));
      if (current && waits(current)) queue.add(current);
    },
    preempted: (victims) => metrics?.preemption(victims),
  });
  const profiles = createProfiles(deps.profiles ?? [{ schedulerName: defaultSchedulerName }], handleFor, nominator);
  const frameworkOf = (pod: Pod): Framework => {
    const framework = profiles.get(schedulerNameOf(pod));
    if (!framework) throw new Error(`profile not found for scheduler name "${schedulerNameOf(pod)}"`);
    return framework;
  };
  const waits = (pod: Pod): boolean =>
    !pod.spec.nodeName && profiles.has(schedulerNameOf(pod)) && !isPodTerminal(pod) && !pod.metadata.deletionTimestamp;

  const scheduleOne = (queued: QueuedPod): void => {
    const { info, uid } = queued;
    if (!waits(info.pod) || cache.isAssumed(uid)) {
      queue.done(uid);
      return;
    }
    const framework = frameworkOf(info.pod);
    const placement = placer.place(framework, info, cache.snapshot());
    if (placement.kind === 'node') {
      nominator.withdraw(uid);
      bind(queued, framework, placement);
      return;
    }
    const { message, rejectedBy, nominate } = placement;
    log.info('Unable to schedule pod; no fit; waiting', { pod: keyOf(info.pod), reason: message });
    outcomes.tried(queued, 'unschedulable');
    queue.park(queued, rejectedBy);
    if (nominate) nominator.nominate(info, nominate);
    outcomes.explain(info.pod, { reason: 'Unschedulable', message, nominate });
  };
  const onActive = createPump(() => {
    const queued = queue.pop();
    if (!queued) return 'empty';
    try {
      scheduleOne(queued);
    } catch (error) {
      outcomes.failWithError(queued, error);
    }
    return 'more';
  }, signal);

  const queue = createQueue({ clock, signal, frameworkOf, onActive });
  const metrics = deps.metrics && createSchedulerMetrics(deps.metrics, () => queue.pending, signal);
  const outcomes = createOutcomes({ pods: podInformer, queue, nominator, writerOf, metrics, clock, log, signal });
  const bind = createBinder({ cache, queue, waitingPods, signal, log, ...outcomes });
  const rejectWaiting = (uid: string): void => void waitingPods.reject(uid, '', 'removed');
  follow({ informers, pods: podInformer, nodes: nodeInformer, cache, queue, nominator, waits, rejectWaiting, signal });
  log.info('Starting to schedule', { nodes: nodeInformer.list().length, profiles: [...profiles.keys()].join(', ') });
}

/** Stops when the signal aborts; resolves when the lease is given back. */
export async function startScheduler(deps: SchedulerDeps): Promise<void> {
  const { client, informers, clock, log, signal, leader } = deps;
  const lead = (leading: AbortSignal): void => run({ ...deps, signal: leading });
  const start = async (): Promise<void> => {
    const followed: readonly Kind[] = [pods, nodes, namespaces, services, ...storageKinds];
    const synced = Promise.all(followed.map((kind) => informers.for(kind).synced));
    await Promise.race([synced, once(signal, 'abort')]);
    if (signal.aborted) return;
    if (!leader) {
      lead(signal);
      return;
    }
    await runLeaderElection({
      client,
      leases,
      name: 'kube-scheduler',
      identity: leader.identity,
      clock,
      log,
      signal,
      lead,
    });
  };
  try {
    await start();
  } catch (error) {
    log.error('Scheduler stopped', { error });
  }
}
