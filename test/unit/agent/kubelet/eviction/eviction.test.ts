/** Which pods a node ends on its own account, and what it says of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { core, Pod } from '../../../../../agent/api/types.ts';
import { type EvictionOptions, startEviction } from '../../../../../agent/kubelet/eviction/eviction.ts';
import { storageViolation } from '../../../../../agent/kubelet/eviction/local-storage.ts';
import { ranked } from '../../../../../agent/kubelet/eviction/rank.ts';
import { memoryLeft } from '../../../../../agent/kubelet/eviction/signals.ts';
import { type Observation, shortagesIn } from '../../../../../agent/kubelet/eviction/thresholds.ts';
import { nodeStatus } from '../../../../../agent/kubelet/node/node-status.ts';
import { refusedUnder } from '../../../../../agent/kubelet/pods/admission.ts';
import { statusOf } from '../../../../../agent/kubelet/pods/status.ts';
import type { PodFailure } from '../../../../../agent/kubelet/spec/pod-failure.ts';
import { folderSize } from '../../../../../agent/kubelet/volumes/folder-size.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { theFacts } from '../../../../builders/node.ts';
import { aKubeletPod, anExit, aRun, aView } from '../../../../builders/pod-view.ts';
import { createFakeClock } from '../../../../fakes/clock.ts';

const mebi = 2 ** 20;
const gibi = 2 ** 30;
const named = (uid: string, spec: Partial<core.PodSpec> = {}): Pod => {
  const pod = aKubeletPod(spec);
  return { ...pod, metadata: { ...pod.metadata, name: uid, uid } };
};
const asking = (requests: Record<string, string>, limits: Record<string, string> = {}): Partial<core.PodSpec> => ({
  containers: [{ name: 'c', image: 'web:1.0', resources: { requests, limits } }],
});
const memory = (available: number): Observation => ({ signal: 'memory.available', capacity: 4 * gibi, available });
const processes = (available: number): Observation => ({ signal: 'pid.available', capacity: 32_768, available });
const disk = (available: number): Observation => ({ signal: 'nodefs.available', capacity: 500 * gibi, available });

it.each<[string, Observation, string[]]>([
  ['memory from 100Mi on', memory(100 * mebi), []],
  ['memory below that', memory(99 * mebi), ['memory']],
  ['a large disk that is nearly full and has gigabytes left', disk(8 * gibi), []],
  ['a disk with less than one gigabyte', disk(0.9 * gibi), ['ephemeral-storage']],
  ['a small disk', { signal: 'nodefs.available', capacity: gibi, available: 0.09 * gibi }, ['ephemeral-storage']],
  ['inodes', { signal: 'nodefs.inodesFree', capacity: 1000, available: 49 }, ['inodes']],
  ['many processes with room for a thousand more', processes(1000), []],
  ['processes with room for fewer', processes(999), ['pids']],
])('a node judges %s', (_, observation, resources) => {
  expect(shortagesIn([observation]).map(({ resource }) => resource)).toEqual(resources);
});

it('the memory of a node is that of its machine, or what its pods leave of what it offers', async () => {
  const podsUse = async () => 3 * gibi;
  const machine = { total: 16 * gibi, available: 10 * gibi };
  expect(await memoryLeft(machine, 16 * gibi, podsUse)).toBe(10 * gibi);
  expect(await memoryLeft(machine, 8 * gibi, () => Promise.reject(new Error('not asked')))).toBe(10 * gibi);
  expect(await memoryLeft(machine, 4 * gibi, podsUse)).toBe(1 * gibi);
});

it('pods over their request go first, then those of low priority, then the largest; critical ones stay', () => {
  const [shortage] = shortagesIn([memory(0)]);
  if (!shortage) throw new Error('no shortage');
  const request = asking({ memory: '100Mi' });
  const pods = [
    named('modest', request),
    named('important', { ...request, priority: 5 }),
    named('large', request),
    named('larger', request),
    named('critical', { priority: 2_000_001_000 }),
  ];
  const usage = { modest: 50, important: 300, large: 200, larger: 250, critical: 900 };
  const bytes = new Map(Object.entries(usage).map(([uid, count]) => [uid, count * mebi]));
  const order = ranked(pods, shortage, bytes).map(({ metadata }) => metadata.uid);
  expect(order).toEqual(['larger', 'large', 'important', 'modest']);
});

describe('a pod may not outgrow', () => {
  const volumes = [{ name: 'cache', emptyDir: { sizeLimit: '1Mi' } }];
  const limited = asking({}, { 'ephemeral-storage': '10Mi' });
  it.each<[string, Partial<core.PodSpec>, Record<string, number>, Record<string, number>, string | undefined]>([
    ['nothing while it keeps to its limits', { ...limited, volumes }, { cache: mebi }, { c: mebi }, undefined],
    ['its volume', { volumes }, { cache: mebi + 1 }, {}, 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". '],
    [
      'the sum of its limits',
      { ...limited, volumes: [{ name: 'cache', emptyDir: {} }] },
      { cache: 6 * mebi },
      { c: 5 * mebi },
      'Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ',
    ],
    [
      'the limit of a container',
      {
        containers: ['a', 'b'].map((name) => ({ name, resources: { limits: { 'ephemeral-storage': '10Mi' } } })),
      },
      {},
      { a: 11 * mebi, b: 0 },
      'Container a exceeded its local ephemeral storage limit "10Mi". ',
    ],
  ])('%s', (_, spec, emptyDirs, containers, message) => {
    const usage = { emptyDirs: new Map(Object.entries(emptyDirs)), containers: new Map(Object.entries(containers)) };
    expect(storageViolation(aKubeletPod(spec), usage)).toBe(message);
  });
});

it.each<[string, Partial<core.PodSpec>, ('MemoryPressure' | 'DiskPressure')[], string | undefined]>([
  ['takes every pod with room', {}, [], undefined],
  ['short of memory takes what asks for some', asking({ memory: '1Mi' }), ['MemoryPressure'], undefined],
  ['short of memory refuses the others', {}, ['MemoryPressure'], 'The node had condition: [MemoryPressure]. '],
  [
    'short of memory takes what tolerates that',
    { tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' }] },
    ['MemoryPressure'],
    undefined,
  ],
  [
    'short of disk refuses all',
    asking({ memory: '1Mi' }),
    ['DiskPressure'],
    'The node had condition: [DiskPressure]. ',
  ],
  ['short of disk takes critical pods', { priority: 2_000_000_000 }, ['DiskPressure'], undefined],
])('a node %s', (_, spec, pressure, message) => {
  const expected = message === undefined ? undefined : { reason: 'Evicted', message };
  expect(refusedUnder(aKubeletPod(spec), new Set(pressure))).toEqual(expected);
});

it('the node says what it is short of', () => {
  const conditions = nodeStatus({ ...theFacts, pressure: new Set(['DiskPressure']) }, undefined, 0).conditions ?? [];
  expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory'],
    ['DiskPressure', 'True', 'KubeletHasDiskPressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID'],
    ['Ready', 'True', 'KubeletReady'],
  ]);
});

it('an evicted pod has failed, with the reason, and says that its node needed the place', () => {
  const failure: PodFailure = { reason: 'Evicted', message: 'low', disrupted: true };
  const facts = { runtimeName: 'docker', terminationMessages: new Map(), hostIPs: [''], seenAt: 0 };
  const status = statusOf(aView({ failure, containers: [anExit('c', 137)] }), facts, 0);
  expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'low' });
  expect(status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'TerminationByKubelet',
    message: 'low',
  });
});

it('a folder counts with all that is in it, and a file with two names once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folder-size-'));
  await writeFile(join(folder, 'file'), Buffer.alloc(3 * mebi, 1));
  const size = await folderSize(folder);
  expect(size).toBeGreaterThanOrEqual(3 * mebi);
  expect(size).toBeLessThan(3.5 * mebi);
  expect(await folderSize(join(folder, 'missing'))).toBe(0);
  await rm(folder, { recursive: true });
});

describe('looking every ten seconds', () => {
  function watched(more: {
    observations?: Observation[];
    used?: number;
    emptyDir?: number;
    frees?: number;
    pods: Pod[];
  }) {
    const clock = createFakeClock();
    const stop = new AbortController();
    const ended: [string, PodFailure][] = [];
    const reported: string[][] = [];
    const reclaims: number[] = [];
    const present = { observations: more.observations ?? [] };
    const left = () => more.pods.filter(({ metadata }) => !ended.some(([uid]) => uid === metadata.uid));
    const options: EvictionOptions = {
      clock,
      log: createLogger('kubelet', () => {}),
      signal: stop.signal,
      readSignals: async () => present.observations,
      async reclaim() {
        reclaims.push(ended.length);
        if (more.frees === undefined) throw new Error('the engine is busy');
        const { frees } = more;
        present.observations = present.observations.map((each) => ({ ...each, available: each.available + frees }));
      },
      runtime: {
        stats: async () =>
          more.pods.map(({ metadata: { uid } }) => ({
            ...{ id: uid, cpuUsage: 0, memoryUsage: 0, rss: 0, processes: uid === 'b' ? 70 : 1 },
            memory: more.used ?? 0,
          })),
        writtenBytes: async () => 0,
      },
      cache: { containers: (uid) => [aRun('c', { id: uid })] },
      volumes: { emptyDirUsage: async () => new Map([['cache', more.emptyDir ?? 0]]) },
      pods: {
        active: left,
        ending: () => false,
        end: (uid, failure) => void ended.push([uid, failure]),
      },
      onPressure: (shortages) => void reported.push(shortages.map(({ resource }) => resource)),
    };
    return { clock, ended, reported, reclaims, present, eviction: startEviction(options), stop: () => stop.abort() };
  }

  it('evicts one pod at a time while memory is short, and keeps the condition for five minutes', async () => {
    const pods = [named('a', asking({ memory: '1Mi' })), named('b', asking({ memory: '2Mi' }))];
    const node = watched({ observations: [memory(50 * mebi)], used: 8 * mebi, pods });
    await node.clock.advance(10_000);
    const message = [
      'The node was low on resource: memory. ',
      'Threshold quantity: 100Mi, available: 50Mi. ',
      'Container c was using 8Mi, request is 1Mi, has larger consumption of memory. ',
    ].join('');
    const failure = { reason: 'Evicted', message, graceSeconds: 1, warns: true, disrupted: true };
    expect(node.ended).toEqual([['a', failure]]);
    expect([node.reported, [...node.eviction.pressure()]]).toEqual([[['memory']], ['MemoryPressure']]);
    await node.clock.advance(10_000);
    expect(node.ended.map(([uid]) => uid)).toEqual(['a', 'b']);
    node.present.observations = [memory(gibi)];
    await node.clock.advance(290_000);
    expect([...node.eviction.pressure()]).toEqual(['MemoryPressure']);
    await node.clock.advance(20_000);
    expect([[...node.eviction.pressure()], node.reported]).toEqual([[], [['memory'], []]]);
    node.stop();
  });

  it('evicts a pod whose volume outgrew its limit, which is no disruption', async () => {
    const volumes = [{ name: 'cache', emptyDir: { sizeLimit: '1Mi' } }];
    const node = watched({ emptyDir: 2 * mebi, pods: [named('a', { volumes }), named('b')] });
    await node.clock.advance(10_000);
    const message = 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ';
    expect(node.ended).toEqual([['a', { reason: 'Evicted', message, graceSeconds: 1, warns: true }]]);
    node.stop();
  });
  it('evicts no pod where the removal of images and ended containers made room', async () => {
    const node = watched({ observations: [disk(0.5 * gibi)], frees: gibi, pods: [named('a')] });
    await node.clock.advance(20_000);
    expect([node.ended, node.reclaims]).toEqual([[], [0]]);
    expect([...node.eviction.pressure()]).toEqual(['DiskPressure']);
    node.stop();
  });

  it.each<[string, Observation, number | undefined, string, number]>([
    ['a removal did not make enough room', disk(0.5 * gibi), 1, 'ephemeral-storage', 1],
    ['the engine removes nothing', disk(0.5 * gibi), undefined, 'ephemeral-storage', 1],
    ['memory is short, which no removal gives back', memory(0), gibi, 'memory', 0],
  ])('evicts a pod where %s', async (_, observation, frees, resource, reclaims) => {
    const node = watched({
      observations: [observation],
      pods: [named('a')],
      ...(frees === undefined ? {} : { frees }),
    });
    await node.clock.advance(10_000);
    expect(node.ended.map(([uid, { message }]) => [uid, message.includes(`low on resource: ${resource}.`)])).toEqual([
      ['a', true],
    ]);
    expect(node.reclaims.length).toBe(reclaims);
    node.stop();
  });

  it('evicts the pod with the most processes where process ids run out, and says so as upstream', async () => {
    const node = watched({ observations: [processes(12)], pods: [named('a'), named('b')] });
    await node.clock.advance(10_000);
    const message = 'The node was low on resource: pids. Threshold quantity: 1k, available: 12. ';
    expect(node.ended.map(([uid, failure]) => [uid, failure.message])).toEqual([['b', message]]);
    expect([[...node.eviction.pressure()], node.reclaims]).toEqual([['PIDPressure'], []]);
    node.stop();
  });
});
