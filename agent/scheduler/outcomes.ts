/**
 * Handles the outcome of an attempt to place a pod: updates metrics and queue, and explains to the pod why it waits.
 */
import { isNotFound, messageOf } from '../api/errors.ts';
import type { Pod } from '../api/types.ts';
import { type Informer, keyOf } from '../client/informer.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { ApiWriter, Failure } from './api.ts';
import type { Nominator } from './framework/nominator.ts';
import type { AttemptResult, SchedulerMetrics } from './metrics.ts';
import { schedulerNameOf } from './profiles.ts';
import type { QueuedPod, SchedulingQueue } from './queue/queue.ts';

export interface Outcomes {
  tried(queued: QueuedPod, result: AttemptResult): void;
  /** Writes in the background; a failure is logged. */
  explain(pod: Pod, failure: Failure): void;
  /** The attempt itself failed: the pod is retried, with growing delays. */
  failWithError(queued: QueuedPod, error: unknown): void;
}

export interface OutcomesDeps {
  pods: Pick<Informer<Pod>, 'get'>;
  queue: Pick<SchedulingQueue, 'retry'>;
  nominator: Pick<Nominator, 'withdraw'>;
  writerOf(schedulerName: string): ApiWriter;
  metrics: SchedulerMetrics | undefined;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export function createOutcomes(deps: OutcomesDeps): Outcomes {
  const { pods, queue, nominator, writerOf, metrics, clock, log, signal } = deps;
  const tried: Outcomes['tried'] = ({ info, poppedAt }, result) =>
    metrics?.attempt(schedulerNameOf(info.pod), result, (clock.now() - poppedAt) / 1000);
  const explain: Outcomes['explain'] = (pod, failure) => {
    if (failure.nominate === '') nominator.withdraw(pod.metadata.uid);
    const current = pods.get(keyOf(pod)) ?? pod;
    writerOf(schedulerNameOf(pod))
      .explain(current, failure)
      .catch((error) => {
        if (!signal.aborted && !isNotFound(error)) log.warn('Unable to update pod', { pod: keyOf(pod), error });
      });
  };
  return {
    tried,
    explain,
    failWithError(queued, error) {
      log.warn('Scheduling failed, will retry', { pod: keyOf(queued.info.pod), error });
      tried(queued, 'error');
      queue.retry(queued);
      explain(queued.info.pod, { reason: 'SchedulerError', message: messageOf(error) });
    },
  };
}
