/**
 * The summary as Prometheus reads it: the answer of `/metrics/resource`. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/metrics/collectors/resource_metrics.go
 */
import type { CPUStats, MemoryStats, Summary } from '../../api/stats.ts';
import { type Family, familyText, type Row } from './exposition.ts';

interface Measured {
  labels: Record<string, string>;
  startTime: string;
  cpu?: CPUStats;
  memory?: MemoryStats;
}

const cpuRows = (all: readonly Measured[]): Row[] =>
  all.flatMap(({ labels, cpu }) =>
    cpu ? [{ labels, value: cpu.usageCoreNanoSeconds / 1e9, at: Date.parse(cpu.time) }] : [],
  );

const memoryRows = (all: readonly Measured[]): Row[] =>
  all.flatMap(({ labels, memory }) =>
    memory ? [{ labels, value: memory.workingSetBytes, at: Date.parse(memory.time) }] : [],
  );

const usageOf = (scope: string, all: readonly Measured[]): Family[] => [
  { name: `${scope}_cpu_usage_seconds_total`, type: 'counter', help: `CPU time of the ${scope}`, rows: cpuRows(all) },
  {
    name: `${scope}_memory_working_set_bytes`,
    type: 'gauge',
    help: `Working set of the ${scope} in bytes`,
    rows: memoryRows(all),
  },
];

export function resourceMetrics({ node, pods }: Summary): string {
  const ofPods = pods.map(({ podRef: { name, namespace }, startTime, ...figures }) => ({
    ...figures,
    startTime,
    labels: { namespace, pod: name },
  }));
  const ofContainers = pods.flatMap(({ podRef: { name: pod, namespace }, containers }) =>
    containers.map(({ name: container, ...figures }) => ({ ...figures, labels: { container, namespace, pod } })),
  );
  const starts = ofContainers.map(({ labels, startTime }) => ({ labels, value: Date.parse(startTime) / 1000 }));
  const families: Family[] = [
    ...usageOf('container', ofContainers),
    { name: 'container_start_time_seconds', type: 'gauge', help: 'Start of the container', rows: starts },
    ...usageOf('node', [{ ...node, labels: {} }]),
    ...usageOf('pod', ofPods),
    {
      name: 'resource_scrape_error',
      type: 'gauge',
      help: '1 if not all was measured',
      rows: [{ labels: {}, value: 0 }],
    },
  ];
  return families.map((each) => familyText({ ...each, help: `[STABLE] ${each.help}` })).join('');
}
