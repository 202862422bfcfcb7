import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ContainerStats,
  RuntimeContainer,
  RuntimeSandbox,
  Usage,
} from '../../../../../agent/kubelet/runtime/runtime.ts';
import { readOwnUsage } from '../../../../../agent/kubelet/stats/own-usage.ts';
import { type Processes, readProcesses } from '../../../../../agent/kubelet/stats/processes.ts';
import { resourceMetrics } from '../../../../../agent/kubelet/stats/resource-metrics.ts';
import { createSampler } from '../../../../../agent/kubelet/stats/sampler.ts';
import { type SummaryFacts, summarize } from '../../../../../agent/kubelet/stats/summary.ts';
import { createFakeClock } from '../../../../fakes/clock.ts';

const start = Date.UTC(2026, 0, 1);
const identity = { name: 'web', namespace: 'default', uid: 'u1' };
const sandbox = { id: 's', pod: identity, createdAt: start - 60_000 } as RuntimeSandbox;
const container = (id: string, name: string, startedAt: number) =>
  ({ id, name, pod: identity, startedAt }) as RuntimeContainer;
const facts: SummaryFacts = {
  nodeName: 'worker',
  memoryCapacity: 1000,
  startedAt: start,
  pods: [
    { identity, sandbox, containers: [container('a', 'main', start - 60_000), container('b', 'late', start + 5_000)] },
  ],
};
const usage = (cpuUsage: number, memory = 10): Usage => ({
  cpuUsage,
  memory,
  memoryUsage: memory * 2,
  rss: memory / 2,
  processes: 1,
});
const stats = (amounts: Record<string, number>): ContainerStats[] =>
  Object.entries(amounts).map(([id, cpu]) => ({ id, ...usage(cpu) }));

const { signal } = new AbortController();

/** Samples ten seconds apart. */
async function samplesOf(...readings: Record<string, number>[]) {
  const clock = createFakeClock(start);
  const left = [...readings];
  const sample = createSampler({
    clock,
    ownUsage: async () => usage(1_000_000_000, 100),
    runtime: { stats: async () => stats(left.shift() ?? {}) },
  });
  let last = await sample(signal);
  while (left.length > 0) {
    await clock.advance(10_000);
    last = await sample(signal);
  }
  return last;
}

describe('a summary', () => {
  it('has counters alone while there is nothing to compare with', async () => {
    const { node, pods } = summarize(await samplesOf({ s: 0, a: 2e9 }), facts);
    expect(node.cpu).toEqual({ time: '2026-01-01T00:00:00.000Z', usageCoreNanoSeconds: 3e9 });
    expect(pods[0]?.containers[0]?.cpu).toEqual({ time: '2026-01-01T00:00:00.000Z', usageCoreNanoSeconds: 2e9 });
  });

  it('has rates since the sample before, of what started in between since its start', async () => {
    const { node, pods } = summarize(await samplesOf({ s: 0, a: 2e9 }, { s: 0, a: 7e9, b: 1e9 }), facts);
    expect(pods[0]?.containers.map(({ name, cpu }) => [name, cpu?.usageNanoCores])).toEqual([
      ['main', 500_000_000],
      ['late', 200_000_000],
    ]);
    expect(pods[0]).toMatchObject({ podRef: identity, process_stats: { process_count: 3 } });
    expect(node.cpu?.usageNanoCores).toBe(600_000_000);
    expect(node.memory).toEqual({
      time: '2026-01-01T00:00:10.000Z',
      availableBytes: 870,
      usageBytes: 260,
      workingSetBytes: 130,
      rssBytes: 65,
    });
  });

  it('counts containers that have ended for the node', async () => {
    const { node } = summarize(await samplesOf({ s: 0, a: 2e9 }, { s: 0, b: 1e9 }), facts);
    expect(node.cpu).toMatchObject({ usageCoreNanoSeconds: 4e9, usageNanoCores: 100_000_000 });
  });

  it('has no rate where a counter went back', async () => {
    const { pods } = summarize(await samplesOf({ a: 2e9 }, { a: 1e9 }), facts);
    expect(pods[0]?.containers[0]?.cpu).not.toHaveProperty('usageNanoCores');
  });

  it('tells of the disk of images and containers, and of process ids, where those are asked for', async () => {
    const now = '2026-01-01T00:00:00.000Z';
    const fs = {
      ...{ time: now, availableBytes: 60, capacityBytes: 100, usedBytes: 40 },
      ...{ inodes: 10, inodesFree: 6, inodesUsed: 4 },
    };
    const disk = { fs, imageBytes: 25, processes: { most: 32_768, now: 654 } };
    const { node } = summarize(await samplesOf({}), { ...facts, disk });
    const imageFs = { ...fs, usedBytes: 25 };
    expect(node).toMatchObject({
      fs,
      runtime: { imageFs, containerFs: imageFs },
      rlimit: { time: now, maxpid: 32_768, curproc: 654 },
    });
    expect(Object.keys(summarize(await samplesOf({}), facts).node)).not.toContain('runtime');
  });

  it('is told to Prometheus', async () => {
    const text = resourceMetrics(summarize(await samplesOf({ s: 0, a: 2e9 }), facts));
    const labels = '{container="main",namespace="default",pod="web"}';
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '# TYPE container_cpu_usage_seconds_total counter',
        `container_cpu_usage_seconds_total${labels} 2 ${start}`,
        `container_memory_working_set_bytes${labels} 10 ${start}`,
        `container_start_time_seconds${labels} ${start / 1000 - 60}`,
        `node_cpu_usage_seconds_total 3 ${start}`,
        `pod_cpu_usage_seconds_total{namespace="default",pod="web"} 2 ${start}`,
        'resource_scrape_error 0',
      ]),
    );
  });
});

it('shares one sample among those who ask at the same time', async () => {
  let reads = 0;
  const sample = createSampler({
    clock: createFakeClock(start),
    ownUsage: async () => usage(0),
    runtime: {
      stats: async () => {
        reads += 1;
        return [];
      },
    },
  });
  await Promise.all([sample(signal), sample(signal)]);
  expect(reads).toBe(1);
});

describe('the usage of the node’s own container', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cgroup-'));
  });
  afterEach(() => rm(root, { recursive: true }));
  const write = async (files: Record<string, string>) => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
  };
  const expected = { cpuUsage: 2_000_000, memory: 700, memoryUsage: 1000, rss: 400, processes: 0 };

  it.each([
    [
      'version 2',
      {
        'cpu.stat': 'usage_usec 2000\nuser_usec 1\n',
        'memory.current': '1000\n',
        'memory.stat': 'anon 400\ninactive_file 300\n',
      },
    ],
    [
      'version 1',
      {
        'cpuacct/cpuacct.usage': '2000000\n',
        'memory/memory.usage_in_bytes': '1000\n',
        'memory/memory.stat': 'inactive_file 1\ntotal_rss 400\ntotal_inactive_file 300\n',
      },
    ],
  ])('is read from control groups %s', async (_, files) => {
    await write(files);
    expect(await readOwnUsage(root)).toEqual(expected);
  });

  it('is that of this process where there are none', async () => {
    const { cpuUsage, memory } = await readOwnUsage(root);
    expect(cpuUsage).toBeGreaterThan(0);
    expect(memory).toBeGreaterThan(1 << 20);
  });
});

it.each<[string, Record<string, string>, Processes | undefined]>([
  ['the ids', { 'sys/kernel/pid_max': '32768\n', 'sys/kernel/threads-max': '192730\n' }, { most: 32_768, now: 654 }],
  ['the threads', { 'sys/kernel/pid_max': '4194304\n', 'sys/kernel/threads-max': '1000\n' }, { most: 1000, now: 654 }],
  ['nothing that the kernel tells', {}, undefined],
])('the processes of a machine are bounded by %s', async (_, limits, expected) => {
  const root = await mkdtemp(join(tmpdir(), 'proc-'));
  await mkdir(join(root, 'sys/kernel'), { recursive: true });
  const files = Object.entries({ loadavg: '18.64 24.23 16.75 15/654 10462\n', ...limits });
  for (const [file, text] of files) await writeFile(join(root, file), text);
  expect(await readProcesses(root)).toEqual(expected);
  await rm(root, { recursive: true });
});
