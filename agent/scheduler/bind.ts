/**
 * Binds a pod to its chosen node: runs Reserve and Permit at once, and PreBind, Bind and PostBind in the background.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/schedule_one.go (bindingCycle)
 */
import { isNotFound } from '../api/errors.ts';
import type { Pod } from '../api/types.ts';
import { keyOf } from '../client/informer.ts';
import type { Logger } from '../log.ts';
import type { Failure } from './api.ts';
import type { SchedulerCache } from './cache.ts';
import type { Placed } from './cycle.ts';
import type { Framework } from './framework/framework.ts';
import type { Rejection } from './framework/plugin.ts';
import type { AttemptResult } from './metrics.ts';
import type { QueuedPod, SchedulingQueue } from './queue/queue.ts';
import type { WaitingPods } from './waiting-pods.ts';

interface BinderDeps {
  cache: SchedulerCache;
  queue: SchedulingQueue;
  waitingPods: WaitingPods;
  log: Logger;
  signal: AbortSignal;
  tried(queued: QueuedPod, result: AttemptResult): void;
  explain(pod: Pod, failure: Failure): void;
  failWithError(queued: QueuedPod, error: unknown): void;
}

/** Returns at once; from then on the pod counts on its node. */
export type Binder = (queued: QueuedPod, framework: Framework, placed: Placed) => void;

export function createBinder(deps: BinderDeps): Binder {
  const { cache, queue, waitingPods, log, signal, tried, explain, failWithError } = deps;

  const release = (queued: QueuedPod, framework: Framework, { name, state }: Placed): void => {
    framework.unreserve(queued.info, name, state);
    // The pod's resources on the node are free for others again.
    if (cache.forget(queued.uid)) {
      queue.handleEvent({ resource: 'AssignedPod', actions: ['delete'], old: queued.info.pod }, queued.uid);
    }
  };
  const reject = (queued: QueuedPod, framework: Framework, placed: Placed, rejection: Rejection): void => {
    tried(queued, 'unschedulable');
    queue.park(queued, new Set([rejection.plugin]));
    release(queued, framework, placed);
    explain(queued.info.pod, { reason: 'Unschedulable', message: rejection.reasons.join(', '), nominate: '' });
  };

  const finish = async (
    queued: QueuedPod,
    framework: Framework,
    placed: Placed,
    waits?: ReadonlyMap<string, number>,
  ) => {
    const { info, uid } = queued;
    const { name, state } = placed;
    try {
      const rejection =
        (waits && (await waitingPods.wait(uid, waits))) ?? (await framework.preBind(info, name, state, signal));
      if (rejection) {
        reject(queued, framework, placed, rejection);
        return;
      }
      await framework.bind(info, name, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn('Binding failed', { pod: keyOf(info.pod), node: name, error });
      release(queued, framework, placed);
      if (isNotFound(error)) queue.delete(uid);
      else failWithError(queued, error);
      return;
    }
    tried(queued, 'scheduled');
    queue.done(uid);
    framework.postBind(info, name, state);
  };

  return (queued, framework, placed) => {
    const { info } = queued;
    cache.assume(info, placed.name);
    const rejection = framework.reserve(info, placed.name, placed.state);
    if (rejection) {
      reject(queued, framework, placed, rejection);
      return;
    }
    const permitted = framework.permit(info, placed.name, placed.state);
    if (permitted.kind === 'rejected') reject(queued, framework, placed, permitted.rejection);
    else void finish(queued, framework, placed, permitted.kind === 'waiting' ? permitted.waits : undefined);
  };
}
