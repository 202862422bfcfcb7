/** Assigns nodes to pods. https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/ */
import { findCondition } from '../api/conditions.ts';
import { leases } from '../api/coordination/lease.ts';
import { events } from '../api/core/event.ts';
import { nodes } from '../api/core/node.ts';
import { pods } from '../api/core/pod.ts';
import { isNotFound } from '../api/errors.ts';
import { canonicalJson } from '../api/hash.ts';
import { isPodTerminal } from '../api/pods.ts';
import type { Node, Pod } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { type InformerChange, type Informers, keyOf } from '../client/informer.ts';
import { runLeaderElection } from '../client/leader.ts';
import { createRecorder, type Recorder } from '../client/recorder.ts';
import { type Clock, timestamp } from '../clock.ts';
import type { Logger } from '../log.ts';
import { createCache, podInfo } from './cache.ts';
import { place } from './plan.ts';
import { createQueue, type SchedulingQueue } from './queue.ts';

export interface SchedulerDeps {
  client: Client;
  informers: Informers;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Where given, schedules only while holding the lease `kube-scheduler`. */
  leader?: { identity: string };
}

const schedulerName = 'default-scheduler';
/** So many placements in one turn of the event loop; then others get theirs. */
const batch = 64;

const isOurs = ({ spec }: Pod): boolean => (spec.schedulerName ?? schedulerName) === schedulerName;

const waits = (pod: Pod): boolean =>
  !pod.spec.nodeName &&
  isOurs(pod) &&
  !isPodTerminal(pod) &&
  !pod.metadata.deletionTimestamp &&
  (pod.spec.schedulingGates ?? []).length === 0;

/** What of a node decides about pods; its heartbeat must not wake the queue. */
const facts = ({ metadata, spec, status }: Node): string =>
  canonicalJson([metadata.labels, spec.taints, spec.unschedulable, status?.allocatable]);

/** Writes what was decided. */
function createWriter({ client, clock, signal }: SchedulerDeps, recorder: Recorder) {
  const resource = client.resource(pods);
  return {
    async bind(pod: Pod, nodeName: string): Promise<void> {
      const { name, namespace, uid } = pod.metadata;
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      };
      await resource.post(name, namespace, 'binding', binding, signal);
      recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`);
    },
    async explain(pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string): Promise<void> {
      recorder.event(pod, 'Warning', 'FailedScheduling', message);
      const known = findCondition(pod.status?.conditions, 'PodScheduled');
      if (known?.status === 'False' && known.reason === reason && known.message === message) return;
      const { name, namespace } = pod.metadata;
      const lastTransitionTime = known?.status === 'False' ? known.lastTransitionTime : timestamp(clock.now());
      const condition = { type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime };
      const patch = { status: { conditions: [condition] } };
      const type = 'application/strategic-merge-patch+json';
      await resource.patch(name, namespace, type, patch, { subresource: 'status' }, signal);
    },
  };
}

function run(deps: SchedulerDeps): void {
  const { informers, client, clock, log, signal } = deps;
  const recorder = createRecorder({ client, events, component: schedulerName, clock, log });
  const podInformer = informers.for(pods);
  const nodeInformer = informers.for(nodes);
  const cache = createCache();
  const writer = createWriter(deps, recorder);
  /** Uids of pods whose binding is being written: whatever happens to them meanwhile, they have their node. */
  const binding = new Set<string>();
  let scheduled = false;

  const explain = (pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string): void => {
    writer.explain(pod, reason, message).catch((error) => {
      if (!signal.aborted && !isNotFound(error)) log.warn('Unable to update pod', { pod: keyOf(pod), error });
    });
  };

  const bind = async (pod: Pod, nodeName: string): Promise<void> => {
    const key = keyOf(pod);
    const { uid } = pod.metadata;
    binding.add(uid);
    try {
      await writer.bind(pod, nodeName);
      queue.remove(key);
    } catch (error) {
      if (signal.aborted) return;
      cache.removePod(uid);
      log.warn('Binding failed', { pod: key, node: nodeName, error });
      if (isNotFound(error)) return;
      explain(pod, 'SchedulerError', error instanceof Error ? error.message : String(error));
      queue.retry(key);
    } finally {
      binding.delete(uid);
    }
  };

  const scheduleOne = (key: string): void => {
    const pod = podInformer.get(key);
    if (!pod || !waits(pod) || binding.has(pod.metadata.uid)) {
      queue.remove(key);
      return;
    }
    const placement = place(podInfo(pod), cache.nodes());
    if (placement.kind === 'node') {
      // Assumed to be there until the binding is seen, or has failed.
      cache.setPod(pod, placement.name);
      void bind(pod, placement.name);
      return;
    }
    log.info('Unable to schedule pod; no fit; waiting', { pod: key, reason: placement.message });
    queue.park(key);
    explain(pod, 'Unschedulable', placement.message);
  };

  const pump = (): void => {
    scheduled = false;
    for (let done = 0; done < batch && !signal.aborted; done += 1) {
      const key = queue.pop();
      if (key === undefined) return;
      scheduleOne(key);
    }
    onActive();
  };
  function onActive(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(pump);
  }
  const queue = createQueue(clock, signal, onActive);
  follow(deps, cache, queue);
  log.info('Starting to schedule', { nodes: nodeInformer.list().length });
}

/** Feeds cache and queue from the informers. */
function follow(deps: SchedulerDeps, cache: ReturnType<typeof createCache>, queue: SchedulingQueue): void {
  const podInformer = deps.informers.for(pods);
  const nodeInformer = deps.informers.for(nodes);

  const sameWish = (a: Pod, b: Pod): boolean =>
    canonicalJson([a.spec, a.metadata.labels]) === canonicalJson([b.spec, b.metadata.labels]);

  const leaveNode = (pod: Pod): void => {
    cache.removePod(pod.metadata.uid);
    if (pod.spec.nodeName) queue.wake();
  };
  const onPod = ({ type, object: pod, old }: InformerChange<Pod>): void => {
    const key = keyOf(pod);
    if (type === 'deleted') {
      queue.remove(key);
      leaveNode(pod);
    } else if (pod.spec.nodeName) {
      queue.remove(key);
      if (!isPodTerminal(pod)) cache.setPod(pod, pod.spec.nodeName);
      else if (!old || !isPodTerminal(old)) leaveNode(pod);
    } else if (!waits(pod)) queue.remove(key);
    else if (!old || !waits(old) || !sameWish(old, pod)) queue.add(key, pod.spec.priority ?? 0);
  };
  const onNode = ({ type, object: node, old }: InformerChange<Node>): void => {
    if (type === 'deleted') {
      cache.removeNode(node.metadata.name);
      return;
    }
    cache.setNode(node);
    if (!old || facts(old) !== facts(node)) queue.wake();
  };
  for (const object of nodeInformer.list()) onNode({ type: 'added', object });
  for (const object of podInformer.list()) onPod({ type: 'added', object });
  const stop = [nodeInformer.onChange(onNode), podInformer.onChange(onPod)];
  deps.signal.addEventListener('abort', () => {
    for (const unsubscribe of stop) unsubscribe();
  });
}

/** Returns at once; stops when the signal aborts. */
export function startScheduler(deps: SchedulerDeps): void {
  const { client, informers, clock, log, signal, leader } = deps;
  const lead = (leading: AbortSignal): void => run({ ...deps, signal: leading });
  const start = async (): Promise<void> => {
    await Promise.all([informers.for(pods).synced, informers.for(nodes).synced]);
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
  start().catch((error) => log.error('Scheduler stopped', { error }));
}
