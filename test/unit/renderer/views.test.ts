// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { builtInKinds } from '../../../agent/api/kinds.ts';
import type { Deployment, Node, Pod } from '../../../agent/api/types.ts';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { allViews, sidebar } = await import('../../../renderer/resources/views/registry.ts');
const { viewFor } = await import('../../../renderer/resources/known-views.ts');
const { isBare, leaves } = await import('../../../renderer/resources/drain.ts');
const { podTone } = await import('../../../renderer/resources/views/pods.tsx');
const { deploymentTone } = await import('../../../renderer/resources/views/workloads.tsx');
const { nodeStatus, nodeTone } = await import('../../../renderer/resources/views/nodes.tsx');

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
