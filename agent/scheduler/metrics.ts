/**
 * The scheduler's metrics, under upstream's names.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/metrics/metrics.go
 */
import type { MetricsRegistry } from '../metrics/registry.ts';
import type { PendingCounts } from './queue/queue.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

export interface SchedulerMetrics {
  attempt(profile: string, result: AttemptResult, seconds: number): void;
  /** Counts an attempt to make room; `victims` are the evicted pods. */
  preemption(victims: number): void;
}

const doubling = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first * 2 ** i);

/** Bucket bounds in seconds. */
const durations = doubling(0.001, 15);
const victimCounts = doubling(1, 7);

/** `pending` is read at every scrape; the gauge is removed when the signal aborts. */
export function createSchedulerMetrics(
  registry: MetricsRegistry,
  pending: () => PendingCounts,
  signal: AbortSignal,
): SchedulerMetrics {
  const help = 'Number of pending pods, by where they wait.';
  const stop = registry.collect('gauge', 'scheduler_pending_pods', help, () =>
    Object.entries(pending()).map(([queue, count]) => [{ queue }, count] as const),
  );
  signal.addEventListener('abort', stop, { once: true });
  const attempts = registry.counter('scheduler_preemption_attempts_total', 'Total preemption attempts in the cluster.');
  const victims = registry.histogram(
    'scheduler_preemption_victims',
    'Number of selected preemption victims',
    victimCounts,
  );
  return {
    attempt(profile, result, seconds) {
      const labels = { profile, result };
      const [total, duration] = ['scheduler_schedule_attempts_total', 'scheduler_scheduling_attempt_duration_seconds'];
      registry.counter(total, 'Number of attempts to schedule pods, by the result.', labels).add();
      registry.histogram(duration, 'Scheduling attempt latency in seconds.', durations, labels).observe(seconds);
    },
    preemption(count) {
      attempts.add();
      if (count > 0) victims.observe(count);
    },
  };
}
