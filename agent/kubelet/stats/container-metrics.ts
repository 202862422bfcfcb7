/**
 * What the node's containers use, under the names that cAdvisor gives it: the answer of `/metrics/cadvisor`. As in
 * upstream there are rows of the node (`id="/"`), of each pod, of its sandbox (which has the network) and of its
 * containers. What the engine does not tell has no rows. Pure.
 * https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
 */
import { qosClass } from '../../api/pods.ts';
import type { FsStats } from '../../api/stats.ts';
import { sharesOf } from '../runtime/cpu-shares.ts';
import type { ContainerResources, DiskUse, Usage, UsageDetail } from '../runtime/runtime.ts';
import { type Family, familyText, type Row } from './exposition.ts';
import type { InterfaceCounters, Traffic } from './interfaces.ts';
import type { Sample } from './sampler.ts';
import { add, nodeCpu, nothing, type RunningPod } from './summary.ts';

export interface ContainerFacts {
  sample: Sample;
  pods: readonly RunningPod[];
  /** By the id of the sandbox. */
  interfaces: ReadonlyMap<string, readonly InterfaceCounters[]>;
  /** Those of the node itself. */
  nodeInterfaces: readonly InterfaceCounters[];
  fs: FsStats;
  capacity: { cpu: number; memory: number };
  /** When this agent started, in milliseconds since the epoch. */
  startedAt: number;
  sandboxImage: string;
}

type Labels = Readonly<Record<string, string>>;

/** One control group. */
interface Subject {
  labels: Labels;
  usage: (Usage & { detail?: UsageDetail }) | undefined;
  /** Milliseconds since the epoch; absent for a pod as a whole. */
  startedAt?: number;
  resources?: ContainerResources;
  interfaces?: readonly InterfaceCounters[];
  fs?: FsStats;
}

interface Measure {
  name: string;
  type: Family['type'];
  help: string;
  values(subject: Subject): (readonly [labels: Labels, value: number | undefined])[];
}

const second = 1e9;
const one = (value: number | undefined) => [[{}, value] as const];

const ofUsage = (name: string, type: Family['type'], help: string, read: (usage: Usage) => number): Measure => ({
  name: `container_${name}`,
  type,
  help,
  values: ({ usage }) => one(usage && read(usage)),
});

const ofDetail = (
  name: string,
  type: Family['type'],
  help: string,
  read: (detail: UsageDetail) => number,
): Measure => ({
  name: `container_${name}`,
  type,
  help,
  values: ({ usage }) => one(usage?.detail && read(usage.detail)),
});

const ofCpu = (
  name: string,
  help: string,
  read: (usage: Usage & { detail?: UsageDetail }) => number | undefined,
): Measure => ({
  name: `container_cpu_${name}_seconds_total`,
  type: 'counter',
  help,
  values: ({ usage }) => [[{ ...(name === 'usage' ? { cpu: 'total' } : {}) }, usage && read(usage)]],
});

const ofDisks = (name: string, help: string, read: (disk: DiskUse) => number): Measure => ({
  name: `container_fs_${name}`,
  type: 'counter',
  help,
  values: ({ usage }) => (usage?.detail?.disks ?? []).map((disk) => [{ device: disk.device }, read(disk)]),
});

const ofFs = (name: string, help: string, read: (fs: FsStats) => number): Measure => ({
  name: `container_fs_${name}`,
  type: 'gauge',
  help,
  values: ({ fs }) => (fs ? [[{ device: '/' }, read(fs)]] : []),
});

const ofLimits = (
  name: string,
  help: string,
  read: (resources: ContainerResources) => number | undefined,
): Measure => ({
  name: `container_spec_${name}`,
  type: 'gauge',
  help,
  values: ({ resources }) => one(resources && read(resources)),
});

const trafficParts: readonly (readonly [suffix: string, what: string, part: keyof Traffic])[] = [
  ['bytes', 'bytes', 'bytes'],
  ['packets', 'packets', 'packets'],
  ['packets_dropped', 'packets dropped', 'dropped'],
  ['errors', 'errors', 'errors'],
];

const networkMeasures: Measure[] = [
  ['receive', 'received', 'received'] as const,
  ['transmit', 'sent', 'sent'] as const,
].flatMap(([direction, verb, side]) =>
  trafficParts.map(
    ([suffix, what, part]): Measure => ({
      name: `container_network_${direction}_${suffix}_total`,
      type: 'counter',
      help: `Cumulative count of ${what} ${verb}`,
      values: ({ interfaces = [] }) => interfaces.map((each) => [{ interface: each.name }, each[side][part]]),
    }),
  ),
);

/** The kernel's period of CPU limits, in microseconds. */
const cpuPeriod = 100_000;

const measures: readonly Measure[] = [
  ofCpu('usage', 'Cumulative cpu time consumed in seconds', ({ cpuUsage }) => cpuUsage / second),
  ofCpu('user', 'Cumulative user cpu time consumed in seconds', ({ detail }) => detail && detail.cpuUser / second),
  ofCpu(
    'system',
    'Cumulative system cpu time consumed in seconds',
    ({ detail }) => detail && detail.cpuSystem / second,
  ),
  ofDetail('cpu_cfs_periods_total', 'counter', 'Elapsed periods of the cpu limit', ({ periods }) => periods),
  ofDetail('cpu_cfs_throttled_periods_total', 'counter', 'Periods with throttling', ({ throttled }) => throttled),
  ofDetail(
    ...(['cpu_cfs_throttled_seconds_total', 'counter', 'Time for which the container was throttled'] as const),
    ({ throttledTime }) => throttledTime / second,
  ),
  ofUsage('memory_usage_bytes', 'gauge', 'Memory in use, in bytes, caches included', ({ memoryUsage }) => memoryUsage),
  ofUsage('memory_working_set_bytes', 'gauge', 'Working set in bytes', ({ memory }) => memory),
  ofUsage('memory_rss', 'gauge', 'Anonymous memory in bytes', ({ rss }) => rss),
  ofDetail('memory_cache', 'gauge', 'Bytes of page cache', ({ cache }) => cache),
  ofDetail('memory_mapped_file', 'gauge', 'Bytes of mapped files', ({ mappedFile }) => mappedFile),
  ofDetail('memory_swap', 'gauge', 'Swap in use, in bytes', ({ swap }) => swap),
  ofDetail('memory_failcnt', 'counter', 'How often memory use hit the limit', ({ limitHits }) => limitHits),
  {
    name: 'container_memory_failures_total',
    type: 'counter',
    help: 'Cumulative count of page faults',
    values: ({ usage }) =>
      (['pgfault', 'pgmajfault'] as const).map((kind) => [
        { failure_type: kind, scope: 'container' },
        usage?.detail?.[kind === 'pgfault' ? 'pageFaults' : 'majorPageFaults'],
      ]),
  },
  ofUsage('processes', 'gauge', 'Number of processes', ({ processes }) => processes),
  ...networkMeasures,
  ofDisks('reads_bytes_total', 'Cumulative count of bytes read', ({ readBytes }) => readBytes),
  ofDisks('reads_total', 'Cumulative count of reads', ({ reads }) => reads),
  ofDisks('writes_bytes_total', 'Cumulative count of bytes written', ({ writtenBytes }) => writtenBytes),
  ofDisks('writes_total', 'Cumulative count of writes', ({ writes }) => writes),
  ofFs('usage_bytes', 'Bytes in use on this file system', ({ usedBytes }) => usedBytes),
  ofFs('limit_bytes', 'Bytes that this file system has', ({ capacityBytes }) => capacityBytes),
  ofFs('inodes_free', 'Number of free inodes', ({ inodesFree }) => inodesFree),
  ofFs('inodes_total', 'Number of inodes', ({ inodes }) => inodes),
  ofLimits('cpu_period', 'Period of the cpu limit in microseconds', () => cpuPeriod),
  ofLimits(
    'cpu_quota',
    'Cpu time per period, in microseconds',
    ({ cpuLimit }) => cpuLimit && (cpuLimit * cpuPeriod) / 1000,
  ),
  ofLimits('cpu_shares', 'Share of the cpu', ({ cpuRequest }) => sharesOf(cpuRequest ?? 0)),
  ofLimits('memory_limit_bytes', 'Memory limit in bytes', ({ memoryLimit }) => memoryLimit ?? 0),
  {
    name: 'container_start_time_seconds',
    type: 'gauge',
    help: 'Start of the container, in seconds since the epoch',
    values: ({ startedAt }) => one(startedAt === undefined ? undefined : startedAt / 1000),
  },
];

const labelsOf = (
  id: string,
  more: { container?: string; image?: string; name?: string; namespace?: string; pod?: string },
) => ({
  container: '',
  id,
  image: '',
  name: '',
  namespace: '',
  pod: '',
  ...more,
});

/** As upstream's cgroupfs driver names control groups: those of guaranteed pods have no class in their path. */
function groupOf({ identity, pod }: RunningPod): string {
  const qos = pod ? (pod.status?.qosClass ?? qosClass(pod)) : 'BestEffort';
  return `/kubepods/${qos === 'Guaranteed' ? '' : `${qos.toLowerCase()}/`}pod${identity.uid}`;
}

function podSubjects(running: RunningPod, { sample, interfaces, sandboxImage }: ContainerFacts): Subject[] {
  const { identity, sandbox, containers } = running;
  const { name: pod, namespace } = identity;
  const group = groupOf(running);
  const usages = [sandbox.id, ...containers.map(({ id }) => id)].flatMap((id) => sample.containers.get(id) ?? []);
  const whole = usages.length > 0 ? usages.reduce<Usage>(add, nothing) : undefined;
  const ofSandbox = labelsOf(`${group}/${sandbox.id}`, { image: sandboxImage, name: sandbox.id, namespace, pod });
  const network = interfaces.get(sandbox.id) ?? [];
  return [
    { labels: labelsOf(group, { namespace, pod }), usage: whole },
    { labels: ofSandbox, usage: sample.containers.get(sandbox.id), startedAt: sandbox.createdAt, interfaces: network },
    ...containers.map(
      ({ id, name: container, image, startedAt, resources = {} }): Subject => ({
        labels: labelsOf(`${group}/${id}`, { container, image, name: id, namespace, pod }),
        usage: sample.containers.get(id),
        startedAt,
        resources,
      }),
    ),
  ];
}

function nodeSubject({ sample, nodeInterfaces, fs, startedAt }: ContainerFacts): Subject {
  const usage = [...sample.containers.values()].reduce<Usage>(add, sample.own);
  return {
    labels: labelsOf('/', {}),
    usage: { ...usage, cpuUsage: nodeCpu(sample) },
    startedAt,
    interfaces: nodeInterfaces,
    fs,
  };
}

export function containerMetrics(facts: ContainerFacts): string {
  const subjects = [nodeSubject(facts), ...facts.pods.flatMap((pod) => podSubjects(pod, facts))];
  const { at } = facts.sample;
  const families = measures.map(
    ({ name, type, help, values }): Family => ({
      name,
      type,
      help: `${help}.`,
      rows: subjects.flatMap((subject) =>
        values(subject).flatMap(([labels, value]): Row[] =>
          value === undefined ? [] : [{ labels: { ...subject.labels, ...labels }, value, at }],
        ),
      ),
    }),
  );
  const gauge = (name: string, help: string, value: number): Family => ({
    name,
    type: 'gauge',
    help,
    rows: [{ labels: {}, value }],
  });
  return [
    ...families,
    gauge('container_scrape_error', '1 if not all was measured.', 0),
    gauge('machine_cpu_cores', 'Cores that the node offers.', facts.capacity.cpu),
    gauge('machine_memory_bytes', 'Bytes of memory that the node offers.', facts.capacity.memory),
  ]
    .map(familyText)
    .join('');
}
