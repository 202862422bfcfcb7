/** What every process tells of itself. https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics */
import type { MetricsRegistry } from './registry.ts';

export function collectProcess(metrics: MetricsRegistry): void {
  metrics.collect('gauge', 'process_resident_memory_bytes', 'Resident memory size in bytes.', () => [
    [{}, process.memoryUsage.rss()],
  ]);
  metrics.collect('counter', 'process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
}
