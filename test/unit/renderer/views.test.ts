// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { builtInKinds } from '../../../agent/api/kinds.ts';
import type { AnyObject, Deployment, Node, Pod } from '../../../agent/api/types.ts';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { allViews, sidebar } = await import('../../../renderer/resources/views/registry.ts');
const { viewFor } = await import('../../../renderer/resources/known-views.ts');
const { isBare, leaves } = await import('../../../renderer/resources/drain.ts');
const { podTone } = await import('../../../renderer/resources/views/pods.tsx');
const { deploymentTone } = await import('../../../renderer/resources/views/workloads.tsx');
const { bulkActions } = await import('../../../renderer/resources/bulk-actions.ts');
const { anyView } = await import('../../../renderer/resources/view.ts');
const { healthOf } = await import('../../../renderer/app/health.ts');
const { nodeStatus, nodeTone } = await import('../../../renderer/resources/node-facts.ts');
const { nodesView } = await import('../../../renderer/resources/views/nodes.tsx');

const metadata = {
  name: 'x',
  namespace: 'default',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  generation: 2,
};
const pod = (status: Pod['status']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [{ name: 'a' }] },
  status,
});
const ready = [{ type: 'Ready', status: 'True' }];

test('there is a view for every kind, and a place for it in the sidebar', () => {
  expect(builtInKinds.map(({ plural }) => plural).filter((plural) => !viewFor(plural))).toEqual([]);
  const places = sidebar.flatMap(({ pages }) => pages);
  expect(allViews.map(({ ref }) => ref.plural).filter((plural) => !places.includes(plural))).toEqual([]);
});

test('every kind has an overview of its own beside its metadata', () => {
  expect(allViews.filter(({ overview }) => !overview).map(({ title }) => title)).toEqual([]);
});

test('a column that is named as the kind names it is written as every other title', () => {
  expect(viewFor('endpointslices')?.columns.map(({ title }) => title)).toContain('Address type');
});

test('columns of a view have names of their own', () => {
  for (const { title, columns } of allViews) {
    const ids = columns.map(({ id }) => id);
    expect([title, new Set(ids).size]).toEqual([title, ids.length]);
  }
});

test.each([
  [
    'running and ready',
    pod({
      phase: 'Running',
      conditions: ready,
      containerStatuses: [
        {
          name: 'a',
          ready: true,
          restartCount: 0,
          image: '',
          imageID: '',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    }),
    'ok',
  ],
  ['running, not ready', pod({ phase: 'Running' }), 'warn'],
  ['pending', pod({ phase: 'Pending' }), 'busy'],
  [
    'unschedulable',
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] }),
    'warn',
  ],
  [
    'crashing',
    pod({
      phase: 'Running',
      containerStatuses: [
        {
          name: 'a',
          ready: false,
          restartCount: 3,
          image: '',
          imageID: '',
          state: { waiting: { reason: 'CrashLoopBackOff' } },
        },
      ],
    }),
    'bad',
  ],
  ['failed', pod({ phase: 'Failed' }), 'bad'],
])('a pod that is %s looks so', (_, given, tone) => expect(podTone(given)).toBe(tone));

const deployment = (replicas: number, status: Deployment['status']): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { replicas, selector: {}, template: {} },
  status,
});

test.each([
  ['settled', deployment(2, { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 }), 'ok'],
  ['rolling out', deployment(2, { observedGeneration: 2, updatedReplicas: 1, availableReplicas: 2 }), 'busy'],
  ['not observed yet', deployment(2, { observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2 }), 'busy'],
  ['short of pods', deployment(2, { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 1 }), 'warn'],
  ['without any', deployment(2, { observedGeneration: 2, updatedReplicas: 2 }), 'bad'],
  ['scaled to nothing', deployment(0, {}), 'idle'],
])('a deployment that is %s looks so', (_, given, tone) => expect(deploymentTone(given)).toBe(tone));

test('cordoning several nodes leaves those that are cordoned as they are', () => {
  const node = (name: string, unschedulable: boolean) =>
    ({ apiVersion: 'v1', kind: 'Node', metadata: { ...metadata, name }, spec: { unschedulable } }) as AnyObject;
  const found = bulkActions(anyView(nodesView), [node('a', true), node('b', false), node('c', true)]);
  expect(found.map(({ label, objects }) => [label, objects.map((one) => one.metadata.name)])).toEqual([
    ['Uncordon', ['a', 'c']],
    ['Cordon', ['b']],
  ]);
});

test('a cordoned node says so', () => {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata,
    spec: { unschedulable: true },
    status: { conditions: ready },
  };
  expect([nodeStatus(node), nodeTone(node)]).toEqual(['Ready, SchedulingDisabled', 'warn']);
});

test.each([
  ['of a deployment', { ownerReferences: [{ kind: 'ReplicaSet', controller: true }] }, true, false],
  ['bare', {}, true, true],
  ['of a daemon set', { ownerReferences: [{ kind: 'DaemonSet', controller: true }] }, false, false],
  ['mirrored', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, false, true],
])('draining a node and a pod that is %s', (_, more, goes, isLost) => {
  const found = { ...pod({}), metadata: { ...metadata, ...more } } as Pod;
  expect(leaves(found)).toBe(goes);
  expect(isBare(found)).toBe(isLost);
});

describe('the health of a cluster', () => {
  const node = (is: 'True' | 'False'): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata,
    spec: {},
    status: { conditions: [{ type: 'Ready', status: is }] },
  });
  const well = pod({ phase: 'Running', conditions: ready });
  const crashing = pod({ phase: 'Failed' });
  test.each([
    [
      'nodes come before pods',
      [node('False'), node('True')],
      [crashing],
      { tone: 'bad', text: 'One node is not ready' },
    ],
    [
      'failing before unready',
      [node('True')],
      [crashing, pod({ phase: 'Running' })],
      { tone: 'bad', text: 'One pod is failing' },
    ],
    [
      'unready is a warning',
      [node('True')],
      [well, pod({ phase: 'Running' })],
      { tone: 'warn', text: 'One pod is not ready' },
    ],
    ['nothing is wrong', [node('True')], [well], { tone: 'ok', text: 'Everything is well' }],
    ['nothing is there', [], [], { tone: 'bad', text: 'The cluster has no nodes' }],
  ])('%s', (_, nodes, pods, health) => expect(healthOf(nodes, pods)).toEqual(health));
});
