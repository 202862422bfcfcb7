/** The cases of upstream's `pkg/controller/daemon/daemon_controller_test.go` and `update_test.go`. */
import { describe, expect, it } from 'vitest';
import type { core, DaemonSet, Pod } from '../../../../agent/api/types.ts';
import { createFailedPods } from '../../../../agent/controllers/daemon-set/failed-pods.ts';
import { draftPods, placementOf, targetNodeOf } from '../../../../agent/controllers/daemon-set/placement.ts';
import { planPresence } from '../../../../agent/controllers/daemon-set/presence.ts';
import { planUpdate } from '../../../../agent/controllers/daemon-set/rolling-update.ts';
import { assess } from '../../../../agent/controllers/daemon-set/situation.ts';
import { planStatus } from '../../../../agent/controllers/daemon-set/status.ts';
import { aDaemonSet, aNode, aPod, aReadyPod } from '../../../builders/objects.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const hash = 'new';
const newLabels = { app: 'web', 'controller-revision-hash': hash };
const deletionTimestamp = '2026-01-01T00:59:00Z';

const daemon = (podSpec: Partial<core.PodSpec> = {}, spec: Partial<DaemonSet['spec']> = {}): DaemonSet =>
  aDaemonSet({
    spec: {
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main' }], ...podSpec } },
      ...spec,
    },
  });
const rolling = (maxUnavailable: number | string, maxSurge: number | string, minReadySeconds = 0): DaemonSet =>
  daemon(
    {},
    { minReadySeconds, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } } },
  );

type More = Parameters<typeof aPod>[0];
const on = (node: string, name: string, labels: Record<string, string>, make: typeof aPod, more: More = {}): Pod =>
  make({ ...more, metadata: { name, labels, ...more.metadata }, spec: { nodeName: node } });
const oldReady = (node: string, name = `old-${node}`, more: More = {}) =>
  on(node, name, { app: 'web' }, aReadyPod, more);
const newReady = (node: string, name = `new-${node}`, more: More = {}) => on(node, name, newLabels, aReadyPod, more);
const oldBroken = (node: string, name = `old-${node}`) => on(node, name, { app: 'web' }, aPod);
const newBroken = (node: string, name = `new-${node}`) => on(node, name, newLabels, aPod);
const leaving = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
const ended = (node: string, phase: string, more: More = {}) =>
  on(node, `${phase}-${node}`, newLabels, aPod, { ...more, status: { phase } });
const made = (daemonSet: DaemonSet, node: string, name: string): Pod => {
  const [draft] = draftPods(daemonSet, hash, [node]);
  return aPod({ metadata: { name, labels: newLabels }, spec: { ...draft?.spec } });
};

/** In seconds. */
const readyFor = (time: number): Pod['status'] => {
  const lastTransitionTime = new Date(now - time * 1000).toISOString();
  return { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] };
};

const nodesNamed = (names: string) => names.split('').map((name) => aNode({ metadata: { name } }));
const situation = (daemonSet: DaemonSet, nodes: string, pods: readonly Pod[]) =>
  assess(daemonSet, hash, nodesNamed(nodes), pods, now);
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);

describe('where a daemon set runs', () => {
  const taint = (effect: string, key = 'dedicated'): core.Taint => ({ key, value: 'gpu', effect });
  const affinity = (...nodeSelectorTerms: core.NodeSelectorTerm[]): core.Affinity => ({
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  });
  const tolerations = [{ key: 'dedicated', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }];
  const labels = { disk: 'ssd' };
  it.each<[string, Partial<core.PodSpec>, Parameters<typeof aNode>[0], string]>([
    ['a simple daemon, on each node', {}, {}, 'run'],
    ['not on a node of another name', { nodeName: 'other' }, {}, 'none'],
    ['on the node of its name', { nodeName: 'a' }, {}, 'run'],
    ['not where a node selector does not match', { nodeSelector: labels }, {}, 'none'],
    ['where a node selector matches', { nodeSelector: labels }, { metadata: { labels } }, 'run'],
    [
      'where an affinity matches',
      { affinity: affinity({ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }) },
      { metadata: { labels } },
      'run',
    ],
    [
      'not where an affinity names another node',
      { affinity: affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }) },
      {},
      'none',
    ],
    ['not on a node with a taint, but what is there stays', {}, { spec: { taints: [taint('NoSchedule')] } }, 'keep'],
    ['not on a node that evicts it', {}, { spec: { taints: [taint('NoExecute')] } }, 'none'],
    ['on a node with a taint that it tolerates', { tolerations }, { spec: { taints: [taint('NoSchedule')] } }, 'run'],
    ['whatever a node would rather not have', {}, { spec: { taints: [taint('PreferNoSchedule')] } }, 'run'],
    ...['not-ready', 'unreachable'].map((each): [string, object, object, string] => [
      `on a node that is ${each}`,
      {},
      { spec: { taints: [taint('NoExecute', `node.kubernetes.io/${each}`)] } },
      'run',
    ]),
    ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map(
      (each): [string, object, object, string] => [
        `on a node with ${each}`,
        {},
        { spec: { unschedulable: true, taints: [taint('NoSchedule', `node.kubernetes.io/${each}`)] } },
        'run',
      ],
    ),
    [
      'not on a node without a network',
      {},
      { spec: { taints: [taint('NoSchedule', 'node.kubernetes.io/network-unavailable')] } },
      'keep',
    ],
    [
      'on a node without a network where it uses that of the host',
      { hostNetwork: true },
      { spec: { taints: [taint('NoSchedule', 'node.kubernetes.io/network-unavailable')] } },
      'run',
    ],
  ])('%s', (_, podSpec, node, expected) => {
    const named = aNode({ ...node, metadata: { name: 'a', ...node?.metadata } });
    expect(placementOf(daemon(podSpec))(named)).toBe(expected);
  });
});

describe('a pod of a daemon set', () => {
  it('is bound to its node by an affinity, which replaces the required terms of the template', () => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }] };
    const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'x', operator: 'Exists' }] } }];
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: required,
      preferredDuringSchedulingIgnoredDuringExecution: preferred,
    };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] };
    const [draft] = draftPods(daemon({ affinity: { nodeAffinity, podAntiAffinity } }), hash, ['a']);
    expect(draft?.spec?.affinity).toEqual({
      podAntiAffinity,
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
      },
    });
    expect(targetNodeOf(made(daemon(), 'a', 'pod'))).toBe('a');
  });

  it('carries its revision, and tolerates for ever what daemons do', () => {
    const own = [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
      { key: 'mine', operator: 'Exists' },
    ];
    const [draft] = draftPods(daemon({ tolerations: own }), hash, ['a']);
    expect(draft?.metadata.labels).toEqual({ ...newLabels, 'pod-template-generation': '1' });
    expect(draft?.spec?.tolerations?.map(({ key, effect = '' }) => `${key} ${effect}`)).toEqual([
      'node.kubernetes.io/not-ready NoExecute',
      'mine ',
      'node.kubernetes.io/unreachable NoExecute',
      'node.kubernetes.io/disk-pressure NoSchedule',
      'node.kubernetes.io/memory-pressure NoSchedule',
      'node.kubernetes.io/pid-pressure NoSchedule',
      'node.kubernetes.io/unschedulable NoSchedule',
    ]);
    expect(draft?.spec?.tolerations?.[0]).not.toHaveProperty('tolerationSeconds');
  });
});

describe('presence', () => {
  const simple = daemon();
  const surging = rolling(0, 1);
  const elsewhere = daemon({ nodeSelector: { disk: 'ssd' } });
  it.each<[string, DaemonSet, string, Pod[], { nodes?: string[]; remove?: string[]; ended?: string[] }]>([
    ['launches one pod on every node', simple, 'abc', [], { nodes: ['a', 'b', 'c'] }],
    ['leaves nodes alone that have one', simple, 'ab', [newReady('a'), oldReady('b')], {}],
    ['waits for a pod that leaves', simple, 'a', [leaving(newReady('a'))], {}],
    [
      'does not wait for a pod that has ended and leaves',
      simple,
      'a',
      [leaving(ended('a', 'Failed'))],
      { nodes: ['a'] },
    ],
    [
      'removes all but the oldest of several pods',
      simple,
      'a',
      [
        newReady('a', 'young', { metadata: { creationTimestamp: '2026-01-01T00:30:00Z' } }),
        newReady('a', 'old'),
        made(simple, 'a', 'unbound'),
      ],
      { remove: ['young', 'unbound'] },
    ],
    ['removes pods where none belongs', elsewhere, 'a', [newReady('a'), leaving(oldReady('a'))], { remove: ['new-a'] }],
    [
      'replaces failed and succeeded pods',
      simple,
      'ab',
      [ended('a', 'Failed'), ended('b', 'Succeeded')],
      {
        ended: ['Failed-a', 'Succeeded-b'],
      },
    ],
    [
      'removes unscheduled pods of nodes that are gone, and leaves bound ones to the pod garbage collector',
      simple,
      'a',
      [newReady('a'), newReady('gone'), made(simple, 'gone', 'unbound')],
      { remove: ['unbound'] },
    ],
    [
      'keeps both pods of a surge while the new one is not available',
      surging,
      'a',
      [oldReady('a'), newBroken('a')],
      {},
    ],
    ['ends a surge when the new pod is available', surging, 'a', [oldReady('a'), newReady('a')], { remove: ['old-a'] }],
    [
      'ends a surge when the old pod is not ready',
      surging,
      'a',
      [oldBroken('a'), newBroken('a')],
      { remove: ['old-a'] },
    ],
    [
      'keeps one pod of each revision in a surge',
      surging,
      'a',
      [oldReady('a', '1'), oldReady('a', '2'), newBroken('a', '3'), newBroken('a', '4')],
      { remove: ['4', '2'] },
    ],
    [
      'creates a pod beside one that leaves where it may surge',
      surging,
      'a',
      [leaving(oldReady('a'))],
      { nodes: ['a'] },
    ],
    ['creates none beside a failed one', surging, 'a', [ended('a', 'Failed')], { ended: ['Failed-a'] }],
  ])('%s', (_, daemonSet, nodes, pods, expected) => {
    const plan = planPresence(situation(daemonSet, nodes, pods));
    const result = { nodes: plan.nodes, remove: names(plan.remove), ended: names(plan.ended.map(({ pod }) => pod)) };
    expect(result).toEqual({ nodes: [], remove: [], ended: [], ...expected });
  });

  it('leaves a pod on a node that has been tainted since, and adds none', () => {
    const taints = [{ key: 'dedicated', effect: 'NoSchedule' }];
    const tainted = ['a', 'b'].map((name) => aNode({ metadata: { name }, spec: { taints } }));
    expect(planPresence(assess(simple, hash, tainted, [newReady('a')], now))).toEqual({
      nodes: [],
      remove: [],
      ended: [],
    });
  });
});

describe('a rolling update', () => {
  const all = (...nodes: string[]) => nodes.map((node) => oldReady(node));
  it.each<[string, DaemonSet, string, Pod[], { nodes?: string[]; remove?: string[] }]>([
    ['takes one node at a time', rolling(1, 0), 'abc', all('a', 'b', 'c'), { remove: ['old-a'] }],
    ['takes as many as may be unavailable', rolling(2, 0), 'abc', all('a', 'b', 'c'), { remove: ['old-a', 'old-b'] }],
    ['rounds a share up', rolling('34%', 0), 'abc', all('a', 'b', 'c'), { remove: ['old-a', 'old-b'] }],
    ['waits for a new pod', rolling(1, 0), 'abc', [newBroken('a'), ...all('b', 'c')], {}],
    ['waits for a pod that leaves', rolling(1, 0), 'abc', [leaving(oldReady('a')), ...all('b', 'c')], {}],
    ['waits for a node that has none', rolling(1, 0), 'abc', all('b', 'c'), {}],
    [
      'goes on when the new pod is available',
      rolling(1, 0),
      'abc',
      [newReady('a'), ...all('b', 'c')],
      { remove: ['old-b'] },
    ],
    [
      'replaces unavailable old pods whatever the limit',
      rolling(1, 0),
      'abc',
      [oldBroken('a'), oldBroken('b'), oldReady('c')],
      {
        remove: ['old-a', 'old-b'],
      },
    ],
    [
      'waits until a new pod has been ready for the minimum time',
      rolling(1, 0, 60),
      'ab',
      [newReady('a', 'young', { status: readyFor(59) }), oldReady('b')],
      {},
    ],
    [
      'leaves nodes with several old pods for later',
      rolling(1, 0),
      'ab',
      [oldReady('a', '1'), oldReady('a', '2'), oldReady('b')],
      {},
    ],
    ['is done where all are new', rolling(1, 0), 'ab', [newReady('a'), newReady('b')], {}],
    ['surges onto as many nodes as allowed', rolling(0, 2), 'abc', all('a', 'b', 'c'), { nodes: ['a', 'b'] }],
    ['waits for the pods of a surge', rolling(0, 1), 'abc', [newBroken('a'), ...all('a', 'b', 'c')], {}],
    [
      'replaces the old pod of a surge',
      rolling(0, 1),
      'abc',
      [newReady('a'), ...all('a', 'b', 'c')],
      {
        nodes: ['b'],
        remove: ['old-a'],
      },
    ],
    [
      'surges at once where the old pod is unavailable',
      rolling(0, 1),
      'abc',
      [oldBroken('a'), ...all('b', 'c')],
      {
        nodes: ['a', 'b'],
      },
    ],
    [
      'counts a node with several pods of a revision as surged',
      rolling(0, 1),
      'ab',
      [newReady('a', '1'), newReady('a', '2'), oldReady('b')],
      {},
    ],
  ])('%s', (_, daemonSet, nodes, pods, expected) => {
    const { nodes: onto, remove } = planUpdate(situation(daemonSet, nodes, pods));
    expect({ nodes: onto, remove: names(remove) }).toEqual({ nodes: [], remove: [], ...expected });
  });

  it('knows a pod of the same template generation by its label', () => {
    const labelled = oldReady('a', 'a', { metadata: { labels: { app: 'web', 'pod-template-generation': '1' } } });
    expect(planUpdate(situation(rolling(1, 0), 'a', [labelled])).remove).toEqual([]);
  });

  const tainted = (name: string, isTainted: boolean) =>
    aNode({ metadata: { name }, spec: isTainted ? { taints: [{ key: 'gone', effect: 'NoSchedule' }] } : {} });
  it.each<[string, Pod[], string[]]>([
    ['stays while no other pod is available', [oldReady('a'), newBroken('b')], []],
    ['goes when another pod is available', [oldReady('a'), newReady('b')], ['old-a']],
    ['goes when it is not available itself', [oldBroken('a'), newBroken('b')], ['old-a']],
  ])('with a surge, an old pod on a node that is no longer wanted %s', (_, pods, removed) => {
    const nodes = [tainted('a', true), tainted('b', false)];
    expect(names(planUpdate(assess(rolling(0, 1), hash, nodes, pods, now)).remove)).toEqual(removed);
  });
});

describe('the status', () => {
  it('counts nodes, by the oldest pod of each', () => {
    const nodes = [
      ...nodesNamed('abcd'),
      aNode({ metadata: { name: 'e' }, spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
    ];
    const pods = [newReady('a', 'a', {}), oldReady('b'), newBroken('c'), newReady('e'), leaving(ended('d', 'Failed'))];
    expect(planStatus(assess(rolling(1, 0), hash, nodes, pods, now), 0)).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 4,
      currentNumberScheduled: 3,
      numberMisscheduled: 1,
      numberReady: 2,
      numberAvailable: 2,
      numberUnavailable: 2,
      updatedNumberScheduled: 2,
    });
  });

  it('counts pods as available after the minimum time', () => {
    const young = newReady('a', 'a', { status: readyFor(5) });
    const facts = situation(rolling(1, 0, 10), 'ab', [young, newReady('b')]);
    expect(planStatus(facts, 0)).toMatchObject({ numberReady: 2, numberAvailable: 1, numberUnavailable: 1 });
  });
});

describe('after a failed pod', () => {
  it('a node waits longer each time, up to 15 minutes, and begins anew after half an hour', () => {
    const failed = createFailedPods();
    const delays: number[] = [];
    let time = now;
    for (let count = 0; count < 12; count += 1) {
      time += failed.wait('key', time);
      failed.replaced('key', time);
      delays.push(failed.wait('key', time));
    }
    expect(delays.map((delay) => delay / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    expect(failed.wait('other', time)).toBe(0);
    failed.replaced('key', time + 1_800_001);
    expect(failed.wait('key', time + 1_800_001)).toBe(1000);
  });
});
