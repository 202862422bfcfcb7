import { describe, expect, it, test } from 'vitest';
import { usageOf } from '../../../../../agent/kubelet/runtime/docker/stats.ts';
import type { RuntimeContainer, RuntimeSandbox } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { containerMetrics } from '../../../../../agent/kubelet/stats/container-metrics.ts';
import { parseInterfaces } from '../../../../../agent/kubelet/stats/interfaces.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';

const version1 = {
  cpu_stats: {
    cpu_usage: { total_usage: 3e9, usage_in_usermode: 2e9, usage_in_kernelmode: 1e9 },
    throttling_data: { periods: 9, throttled_periods: 4, throttled_time: 5e8 },
  },
  pids_stats: { current: 2 },
  memory_stats: {
    usage: 1000,
    failcnt: 7,
    stats: { total_inactive_file: 100, total_rss: 300, total_cache: 400, total_mapped_file: 50, total_pgfault: 11 },
  },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: 'Read', value: 4096 },
      { major: 8, minor: 0, op: 'Write', value: 8192 },
      { major: 8, minor: 0, op: 'Total', value: 12_288 },
    ],
    io_serviced_recursive: [{ major: 8, minor: 0, op: 'Read', value: 1 }],
  },
};
const version2 = {
  ...version1,
  memory_stats: { usage: 1000, stats: { inactive_file: 100, anon: 300, file: 400, file_mapped: 50, pgfault: 11 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: 'read', value: 4096 },
      { major: 8, minor: 0, op: 'write', value: 8192 },
    ],
    io_serviced_recursive: null,
  },
};

test.each([
  ['version 1', version1, { limitHits: 7, reads: 1 }],
  ['version 2', version2, { limitHits: 0, reads: 0 }],
])('the engine’s figures are read with control groups of %s', (_name, stats, { limitHits, reads }) => {
  expect(usageOf(stats)).toEqual({
    cpuUsage: 3e9,
    memory: 900,
    memoryUsage: 1000,
    rss: 300,
    processes: 2,
    detail: {
      ...{ cpuUser: 2e9, cpuSystem: 1e9, periods: 9, throttled: 4, throttledTime: 5e8 },
      ...{ cache: 400, mappedFile: 50, swap: 0, pageFaults: 11, majorPageFaults: 0, limitHits },
      disks: [{ device: '8:0', readBytes: 4096, writtenBytes: 8192, reads, writes: 0 }],
    },
  });
});

const devices = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:      99       1    0    0    0     0          0         0       99       1    0    0    0     0       0          0
  eth0:     280       2    3    4    0     0          0         0      560       5    6    7    0     0       0          0
`;
const eth0 = {
  name: 'eth0',
  received: { bytes: 280, packets: 2, errors: 3, dropped: 4 },
  sent: { bytes: 560, packets: 5, errors: 6, dropped: 7 },
};

test('the interfaces of a namespace are read, without its loopback', () => {
  expect(parseInterfaces(devices)).toEqual([eth0]);
});

describe('the metrics of containers', () => {
  const identity = { name: 'web', namespace: 'shop', uid: 'u1' };
  const nothing = { cpuUsage: 0, memory: 0, memoryUsage: 0, rss: 0, processes: 1 };
  const lines = containerMetrics({
    sample: {
      at: 5000,
      own: { ...nothing, cpuUsage: 1e9, memory: 50 },
      containers: new Map([
        ['s', { id: 's', ...nothing, memory: 1 }],
        ['a', { id: 'a', ...usageOf(version1) }],
      ]),
      gone: 2e9,
    },
    pods: [
      {
        identity,
        pod: aKubeletPod({
          containers: [{ name: 'main', image: 'web:1.0', resources: { requests: { cpu: '100m' } } }],
        }),
        sandbox: { id: 's', pod: identity, createdAt: 1000 } as RuntimeSandbox,
        containers: [
          {
            ...{ id: 'a', name: 'main', image: 'web:1.0', pod: identity, startedAt: 2000 },
            resources: { cpuRequest: 100, cpuLimit: 250, memoryLimit: 2048 },
          } as RuntimeContainer,
        ],
      },
    ],
    interfaces: new Map([['s', [eth0]]]),
    nodeInterfaces: [],
    fs: { time: '', availableBytes: 6, capacityBytes: 10, usedBytes: 4, inodes: 3, inodesFree: 2, inodesUsed: 1 },
    capacity: { cpu: 2, memory: 4096 },
    startedAt: 500,
    sandboxImage: 'node:1',
  }).split('\n');
  const group = '/kubepods/burstable/podu1';
  const main = `container="main",id="${group}/a",image="web:1.0",name="a",namespace="shop",pod="web"`;
  const sandbox = `container="",id="${group}/s",image="node:1",name="s",namespace="shop",pod="web"`;
  const whole = `container="",id="${group}",image="",name="",namespace="shop",pod="web"`;
  const node = 'container="",id="/",image="",name="",namespace="",pod=""';

  it.each([
    `container_cpu_usage_seconds_total{${main},cpu="total"} 3 5000`,
    `container_cpu_usage_seconds_total{${whole},cpu="total"} 3 5000`,
    `container_cpu_usage_seconds_total{${node},cpu="total"} 6 5000`,
    `container_cpu_user_seconds_total{${main}} 2 5000`,
    `container_cpu_cfs_throttled_periods_total{${main}} 4 5000`,
    `container_cpu_cfs_throttled_seconds_total{${main}} 0.5 5000`,
    `container_memory_working_set_bytes{${main}} 900 5000`,
    `container_memory_working_set_bytes{${whole}} 901 5000`,
    `container_memory_working_set_bytes{${node}} 951 5000`,
    `container_memory_rss{${main}} 300 5000`,
    `container_memory_cache{${main}} 400 5000`,
    `container_memory_failures_total{${main},failure_type="pgfault",scope="container"} 11 5000`,
    `container_network_receive_bytes_total{${sandbox},interface="eth0"} 280 5000`,
    `container_network_transmit_packets_dropped_total{${sandbox},interface="eth0"} 7 5000`,
    `container_fs_reads_bytes_total{${main},device="8:0"} 4096 5000`,
    `container_fs_writes_bytes_total{${main},device="8:0"} 8192 5000`,
    `container_fs_usage_bytes{${node},device="/"} 4 5000`,
    `container_spec_cpu_quota{${main}} 25000 5000`,
    `container_spec_memory_limit_bytes{${main}} 2048 5000`,
    `container_start_time_seconds{${main}} 2 5000`,
    'machine_memory_bytes 4096',
    '# TYPE container_cpu_usage_seconds_total counter',
  ])('have %s', (line) => {
    expect(lines).toContain(line);
  });

  it('count nothing twice: only the sandbox has the network of a pod', () => {
    expect(lines.filter((line) => line.startsWith('container_network_receive_bytes_total{'))).toHaveLength(1);
  });
});
