/**
 * What the kubelet tells of itself over its server, beside its pods' logs and processes: metrics, configuration, what
 * runs, and the logs of the node's components.
 * https://kubernetes.io/docs/reference/instrumentation/metrics/
 */

import { kubernetesVersion } from '../api/version.ts';
import type { NodeConfig } from '../node-config.ts';
import { kubeletConfiguration } from './configuration.ts';
import type { ComponentLogs } from './mirror/component-logs.ts';
import type { Probes } from './probes/probes.ts';
import type { RuntimeCache } from './runtime/cache.ts';
import type { RuntimeContainer } from './runtime/runtime.ts';
import type { Readings } from './server/backend.ts';
import type { Stats } from './stats/stats.ts';

export interface ReadingsOptions {
  config: NodeConfig;
  cache: RuntimeCache;
  logs: ComponentLogs;
  probes: Pick<Probes, 'counts'>;
  stats: Stats;
  /** Bytes of the node's disk. */
  storage: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  serverPort: Promise<number>;
}

const titles = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' } as const;

/** A pod as far as the runtime knows it: without the time at which the API made it, which upstream tells as null. */
function runningPod(
  containers: readonly RuntimeContainer[],
  { name, namespace, uid }: RuntimeContainer['pod'],
): object {
  const running = containers.filter(({ state }) => state === 'running');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid, creationTimestamp: null, resourceVersion: '' },
    spec: { containers: running.map(({ name: container, image }) => ({ name: container, image, resources: {} })) },
    status: {},
  };
}

export function createReadings(options: ReadingsOptions): Readings {
  const { config, cache, logs, probes, stats, storage, startedAt, serverPort } = options;
  const ready = () => cache.allSandboxes().filter(({ state }) => state === 'ready');

  return {
    containers: stats.containerMetrics,
    async kubelet() {
      const { createProcessMetrics } = await import('../metrics/process.ts');
      const metrics = createProcessMetrics();
      const { major, minor, git } = kubernetesVersion;
      const states = cache.allSandboxes().flatMap(({ pod }) => cache.containers(pod.uid).map(({ state }) => state));
      metrics.collect('gauge', 'kubelet_node_name', "The node's name. The count is always 1.", () => [
        [{ node: config.nodeName }, 1],
      ]);
      metrics.collect('gauge', 'kubelet_running_pods', 'Number of pods that have a running pod sandbox', () => [
        [{}, ready().length],
      ]);
      metrics.collect('gauge', 'kubelet_running_containers', 'Number of containers by state', () =>
        [...Map.groupBy(states, (state) => state)].map(([state, all]) => [{ container_state: state }, all.length]),
      );
      metrics.collect('gauge', 'kubernetes_build_info', 'The release whose API is served. Always 1.', () => [
        [{ git_version: git, major, minor, platform: `linux/${process.arch}` }, 1],
      ]);
      metrics.collect('gauge', 'process_start_time_seconds', 'Start of the process since the epoch in seconds.', () => [
        [{}, startedAt / 1000],
      ]);
      return metrics.text();
    },
    async probes() {
      const { createMetricsRegistry } = await import('../metrics/registry.ts');
      const metrics = createMetricsRegistry();
      metrics.collect('counter', 'prober_probe_total', 'Cumulative number of probes by type and result.', () =>
        [...probes.counts()].map(({ pod, container, kind, result, count }) => {
          const { name, namespace = '', uid } = pod.metadata;
          const probe_type = titles[kind];
          return [{ container, namespace, pod: name, pod_uid: uid, probe_type, result }, count];
        }),
      );
      return metrics.text();
    },
    configuration: async () => ({
      kubeletconfig: kubeletConfiguration({ config, storage, port: await serverPort }),
    }),
    running: () => ready().map(({ pod }) => runningPod(cache.containers(pod.uid), pod)),
    logNames: logs.names,
    log: logs.file,
  };
}
