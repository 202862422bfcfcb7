/**
 * The registry of a process, with what every process tells.
 * https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 */
import { createMetricsRegistry, type MetricsRegistry } from './registry.ts';

export function createProcessMetrics(): MetricsRegistry {
  const metrics = createMetricsRegistry();
  metrics.collect('gauge', 'process_resident_memory_bytes', 'Resident memory size in bytes.', () => [
    [{}, process.memoryUsage.rss()],
  ]);
  metrics.collect('counter', 'process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
  return metrics;
}
