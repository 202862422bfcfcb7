/**
 * Pods that wait for a node: active ones in the profile's order, failed ones in back-off, and unschedulable ones until
 * an event that may help the plugins that rejected them.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/backend/queue/scheduling_queue.go
 */
import type { Pod } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { type ClusterEvent, hintFor } from '../framework/events.ts';
import type { Framework } from '../framework/framework.ts';
import { podInfo } from '../framework/info.ts';
import type { QueueEntry } from '../framework/plugin.ts';
import { createHeap } from './heap.ts';
import { createInFlight } from './in-flight.ts';
import { createTimer } from './timer.ts';

/** In milliseconds. */
const firstBackoff = 1_000;
const lastBackoff = 10_000;
const unschedulableFlush = 5 * 60_000;

export interface QueuedPod extends QueueEntry {
  uid: string;
  framework: QueueFramework;
  attempts: number;
  /** When the current attempt began, in milliseconds since the epoch. */
  poppedAt: number;
  /** The plugins that rejected the pod. Empty if it failed for another reason; then any event may help. */
  rejectedBy: ReadonlySet<string>;
  /** True if PreEnqueue keeps the pod out, and no attempt has been made since. */
  gated: boolean;
}

/** The parts of a framework that the queue needs. */
export type QueueFramework = Pick<Framework, 'less' | 'preEnqueue' | 'hints'>;

export interface PendingCounts {
  active: number;
  backoff: number;
  unschedulable: number;
  gated: number;
}

export interface SchedulingQueue {
  add(pod: Pod): void;
  /** The pod itself changed as `event` says. A pod in back-off is tried at once; others if the change may help. */
  update(pod: Pod, event: ClusterEvent): void;
  /** The pod changed in a way that does not matter for scheduling. */
  refresh(pod: Pod): void;
  delete(uid: string): void;
  /** The next pod to try, or undefined. The caller ends the attempt with `done`, `park` or `retry`. */
  pop(): QueuedPod | undefined;
  /** The pod has a node, or is gone. */
  done(uid: string): void;
  /** These plugins reject the pod: it waits for an event that may help, at most five minutes. */
  park(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void;
  /** The attempt failed for another reason: the pod is retried after its back-off. */
  retry(queued: QueuedPod): void;
  /** An event happened in the cluster. The pod `except` does not receive it. */
  handleEvent(event: ClusterEvent, except?: string): void;
  /** Lets a pod in that PreEnqueue kept out, if PreEnqueue now allows it. */
  ungate(uid: string): void;
  readonly pending: PendingCounts;
}

export interface QueueOptions {
  clock: Clock;
  signal: AbortSignal;
  /** The framework of a pod's profile. The queue only gets pods with a profile. */
  frameworkOf(pod: Pod): QueueFramework;
  /** Called whenever `pop` may return another pod. */
  onActive(): void;
}

const uidOf = ({ info }: QueuedPod): string => info.pod.metadata.uid;

/** Creates an empty queue. Its timers end when the signal aborts. */
export function createQueue({ clock, signal, frameworkOf, onActive }: QueueOptions): SchedulingQueue {
  const active = createHeap<QueuedPod>(uidOf, (a, b) => a.framework.less(a, b));
  const backoffEnd = ({ attempts, timestamp }: QueuedPod): number =>
    attempts === 0 ? timestamp : timestamp + Math.min(firstBackoff * 2 ** (attempts - 1), lastBackoff);
  const backoff = createHeap<QueuedPod>(uidOf, (a, b) => backoffEnd(a) < backoffEnd(b));
  /** The pods in the order in which they failed. */
  const unschedulable = new Map<string, QueuedPod>();
  /** The pods that were popped and are not done. */
  const underWay = new Map<string, QueuedPod>();
  const inFlight = createInFlight();
  let serial = 0;

  const backoffTimer = createTimer(clock, () => {
    for (let next = backoff.peek(); next && backoffEnd(next) <= clock.now(); next = backoff.peek()) activate(next);
    setTimers();
  });
  const flushTimer = createTimer(clock, () => {
    for (const queued of [...unschedulable.values()]) {
      if (queued.gated) continue;
      if (queued.timestamp + unschedulableFlush > clock.now()) break;
      requeue(queued);
    }
    setTimers();
  });
  const oldestFailure = (): number | undefined => {
    for (const { gated, timestamp } of unschedulable.values()) if (!gated) return timestamp + unschedulableFlush;
    return undefined;
  };
  const setTimers = (): void => {
    if (signal.aborted) return;
    const next = backoff.peek();
    backoffTimer.set(next && backoffEnd(next));
    flushTimer.set(oldestFailure());
  };

  const leave = (uid: string): QueuedPod | undefined => {
    const parked = unschedulable.get(uid);
    if (parked) unschedulable.delete(uid);
    return parked ?? active.delete(uid) ?? backoff.delete(uid);
  };
  const activate = (queued: QueuedPod): void => {
    leave(queued.uid);
    const rejection = queued.framework.preEnqueue(queued.info.pod);
    if (rejection) {
      queued.gated = true;
      queued.rejectedBy = new Set([...queued.rejectedBy, rejection.plugin]);
      unschedulable.set(queued.uid, queued);
      return;
    }
    queued.gated = false;
    active.put(queued);
    onActive();
  };
  /** Moves a pod to the active ones, or to back-off for the rest of its back-off time. */
  const requeue = (queued: QueuedPod): void => {
    if (backoffEnd(queued) <= clock.now()) {
      activate(queued);
      return;
    }
    leave(queued.uid);
    backoff.put(queued);
  };
  const mayHelp = (queued: QueuedPod, event: ClusterEvent): boolean => {
    if (queued.rejectedBy.size === 0) return true;
    for (const name of queued.rejectedBy) {
      for (const hint of queued.framework.hints.get(name) ?? []) {
        if (hintFor(hint, queued.info.pod, event) === 'queue') return true;
      }
    }
    return false;
  };
  const failed = (queued: QueuedPod, rejectedBy: ReadonlySet<string>): boolean => {
    const known = underWay.delete(queued.uid);
    queued.timestamp = clock.now();
    queued.rejectedBy = rejectedBy;
    return known;
  };
  const end = (uid: string): void => {
    underWay.delete(uid);
    inFlight.end(uid);
  };

  signal.addEventListener('abort', () => {
    backoffTimer.set(undefined);
    flushTimer.set(undefined);
  });

  return {
    add(pod) {
      serial += 1;
      const { uid } = pod.metadata;
      const known = leave(uid);
      const info = podInfo(pod);
      activate(
        known
          ? { ...known, info }
          : {
              info,
              uid,
              framework: frameworkOf(pod),
              timestamp: clock.now(),
              serial,
              attempts: 0,
              poppedAt: 0,
              rejectedBy: new Set(),
              gated: false,
            },
      );
      setTimers();
    },
    update(pod, event) {
      const { uid } = pod.metadata;
      const inFlightPod = underWay.get(uid);
      if (inFlightPod) {
        inFlightPod.info = podInfo(pod);
        inFlight.record(event);
        return;
      }
      const queued = unschedulable.get(uid) ?? active.get(uid) ?? backoff.get(uid);
      if (!queued) return;
      queued.info = podInfo(pod);
      if (backoff.has(uid) || active.has(uid)) activate(queued);
      else if (mayHelp(queued, event)) requeue(queued);
      setTimers();
    },
    refresh(pod) {
      const { uid } = pod.metadata;
      const queued = underWay.get(uid) ?? unschedulable.get(uid) ?? active.get(uid) ?? backoff.get(uid);
      if (queued) queued.info = { ...queued.info, pod };
    },
    delete(uid) {
      leave(uid);
      end(uid);
      setTimers();
    },
    pop() {
      const queued = active.pop();
      if (!queued) return undefined;
      queued.attempts += 1;
      queued.poppedAt = clock.now();
      underWay.set(queued.uid, queued);
      inFlight.begin(queued.uid);
      return queued;
    },
    done: end,
    park(queued, rejectedBy) {
      if (!failed(queued, rejectedBy)) return;
      const missed = inFlight.since(queued.uid);
      inFlight.end(queued.uid);
      if (missed.some((event) => mayHelp(queued, event))) requeue(queued);
      else unschedulable.set(queued.uid, queued);
      setTimers();
    },
    retry(queued) {
      if (!failed(queued, new Set())) return;
      inFlight.end(queued.uid);
      requeue(queued);
      setTimers();
    },
    handleEvent(event, except) {
      inFlight.record(event);
      for (const queued of [...unschedulable.values()]) {
        if (queued.uid !== except && mayHelp(queued, event)) requeue(queued);
      }
      setTimers();
    },
    ungate(uid) {
      const queued = unschedulable.get(uid);
      if (!queued?.gated) return;
      activate(queued);
      setTimers();
    },
    get pending() {
      let gated = 0;
      for (const queued of unschedulable.values()) if (queued.gated) gated += 1;
      return { active: active.size, backoff: backoff.size, unschedulable: unschedulable.size - gated, gated };
    },
  };
}
