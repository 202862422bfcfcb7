/**
 * The metrics of a work queue, under upstream's names.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/component-base/metrics/prometheus/workqueue/metrics.go
 */
import type { Clock } from '../clock.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';

export interface WorkQueueMetrics {
  /** Called when a key begins to wait. */
  added(key: string): void;
  begun(key: string): void;
  ended(key: string): void;
  retried(): void;
  /** Removes the gauges of a stopped queue; its totals stay. */
  stop(): void;
}

/** Seconds. */
const bounds = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

export interface QueueFacts {
  name: string;
  /** The number of waiting keys. */
  depth(): number;
}

export function createWorkQueueMetrics(metrics: MetricsRegistry, clock: Clock, queue: QueueFacts): WorkQueueMetrics {
  const { name, depth } = queue;
  const labels = { name };
  const waitingSince = new Map<string, number>();
  const workingSince = new Map<string, number>();
  const adds = metrics.counter('workqueue_adds_total', 'Total number of adds handled by workqueue', labels);
  const retries = metrics.counter('workqueue_retries_total', 'Total number of retries handled by workqueue', labels);
  const duration = (metric: string, help: string) => metrics.histogram(metric, help, bounds, labels);
  const waited = duration(
    'workqueue_queue_duration_seconds',
    'How long in seconds an item stays in workqueue before being requested.',
  );
  const worked = duration(
    'workqueue_work_duration_seconds',
    'How long in seconds processing an item from workqueue takes.',
  );
  const gauge = (metric: string, help: string, read: () => number) =>
    metrics.collect('gauge', metric, help, () => [[labels, read()]]);
  const secondsSince = (at: number): number => (clock.now() - at) / 1000;
  const running = (): number[] => [...workingSince.values()].map(secondsSince);
  const stops = [
    gauge('workqueue_depth', 'Current depth of workqueue', depth),
    gauge(
      'workqueue_unfinished_work_seconds',
      'Seconds of work that is in progress and that work_duration has not observed yet.',
      () => running().reduce((sum, seconds) => sum + seconds, 0),
    ),
    gauge(
      'workqueue_longest_running_processor_seconds',
      'Seconds for which the longest running processor of the workqueue has been running.',
      () => Math.max(0, ...running()),
    ),
  ];
  /** Observes how long the key was in the map, and removes it. */
  const close = (since: Map<string, number>, key: string, histogram: typeof waited): void => {
    const at = since.get(key);
    if (at === undefined) return;
    since.delete(key);
    histogram.observe(secondsSince(at));
  };
  return {
    added(key) {
      adds.add();
      if (!waitingSince.has(key)) waitingSince.set(key, clock.now());
    },
    begun(key) {
      close(waitingSince, key, waited);
      workingSince.set(key, clock.now());
    },
    ended: (key) => close(workingSince, key, worked),
    retried: () => retries.add(),
    stop() {
      for (const stop of stops) stop();
      waitingSince.clear();
      workingSince.clear();
    },
  };
}
