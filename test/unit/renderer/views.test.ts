// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { builtInKinds } from '../../../agent/api/kinds.ts';
import type { AnyObject, Deployment, Node, Pod } from '../../../agent/api/types.ts';
import type { ServedResource } from '../../../main/contract/resources.ts';
import type { Discovery } from '../../../renderer/data/discovery.ts';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { allViews, registerViews } = await import('../../../renderer/resources/views/registry.ts');
const { handMadeView, resourceMeant, viewFor, viewOfKind } = await import('../../../renderer/resources/known-views.ts');
const { fixedSections, otherSections } = await import('../../../renderer/app/places.ts');
const { endpointSliceRef, resourceName } = await import('../../../renderer/data/refs.ts');
const { isBare, leaves } = await import('../../../renderer/resources/nodes/drain.ts');
const { podTone } = await import('../../../renderer/resources/pod-facts.ts');
const { deploymentTone } = await import('../../../renderer/resources/views/workloads.tsx');
const { bulkActions } = await import('../../../renderer/resources/bulk-actions.ts');
const { anyView } = await import('../../../renderer/resources/view.ts');
const { healthOf } = await import('../../../renderer/app/health.ts');
const { nodeStatus, nodeTone } = await import('../../../renderer/resources/nodes/node-facts.ts');
const { nodesView } = await import('../../../renderer/resources/views/nodes.tsx');

registerViews();

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

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const served = (group: string, plural: string, kind: string, change: Partial<ServedResource> = {}): ServedResource => ({
  group,
  version: 'v1',
  plural,
  kind,
  singular: kind.toLowerCase(),
  namespaced: true,
  verbs,
  shortNames: [],
  categories: [],
  subresources: [],
  ...change,
});
const discovered = (...resources: ServedResource[]): Discovery => ({ resources, silent: [], loaded: true });
const builtIn = builtInKinds.map((kind) =>
  served(kind.representations[0].group, kind.plural, kind.kind, { shortNames: [...kind.shortNames] }),
);
const namesIn = (sections: ReturnType<typeof fixedSections>) =>
  sections.flatMap(({ places }) =>
    places.map((place) => (typeof place === 'string' ? place : resourceName(place.ref))),
  );

test('there is a view for every kind, and a place for it in the sidebar', () => {
  const discovery = discovered(...builtIn);
  expect(builtIn.filter((each) => !viewFor(each, discovery))).toEqual([]);
  const { builtIn: others } = otherSections(discovery);
  const places = [...namesIn(fixedSections(discovery)), ...others.map(({ ref }) => resourceName(ref))];
  expect(builtIn.map(resourceName).filter((name) => !places.includes(name))).toEqual([]);
});

describe('what a context serves', () => {
  const widgets = served('example.com', 'widgets', 'Widget');
  const discovery = discovered(...builtIn, widgets);

  test('has its place: known kinds in their section, custom resources under their group, the rest of upstream apart', () => {
    const network = fixedSections(discovery).find(({ title }) => title === 'Network');
    expect(namesIn(network ? [network] : [])).toContain('networkpolicies.networking.k8s.io');
    const { custom, builtIn: others } = otherSections(discovery);
    expect(custom.map(({ title, places }) => [title, places.length])).toEqual([['example.com', 1]]);
    expect(others.map(({ title }) => title)).toContain('RuntimeClasses');
    const placed = namesIn(fixedSections(discovery));
    const apart = builtIn.map(resourceName).filter((name) => !placed.includes(name));
    expect(others.map(({ ref }) => resourceName(ref)).sort()).toEqual(apart.sort());
  });

  test('is all that the sidebar shows, once it is known', () => {
    expect(namesIn(fixedSections(discovered(widgets)))).toEqual(['overview', 'workloads']);
    const unknown = { resources: [], silent: [], loaded: false };
    expect(namesIn(fixedSections(unknown))).toContain('deployments.apps');
  });

  test('gets a generic view, the same object as long as the server says the same of it', () => {
    const view = viewFor(widgets, discovery);
    expect(view).toMatchObject({ kind: 'Widget', title: 'Widgets', namespaced: true, ref: { plural: 'widgets' } });
    expect(viewFor({ ...widgets }, discovered(structuredClone(widgets)))).toBe(view);
  });

  test.each([
    ['deployments', { group: 'apps', plural: 'deployments' }],
    ['Deployment', { group: 'apps', plural: 'deployments' }],
    ['deploy', { group: 'apps', plural: 'deployments' }],
    ['widgets', { group: 'example.com', plural: 'widgets' }],
    ['netpol', { group: 'networking.k8s.io', plural: 'networkpolicies' }],
    ['Pod', { group: '', plural: 'pods' }],
    ['pods', undefined],
    ['nothing', undefined],
  ])('an address that says %s means %j', (plural, meant) =>
    expect(resourceMeant({ group: '', plural }, discovery)).toEqual(meant),
  );

  test('tells kinds of one name apart by their group', () => {
    const other = served('serving.knative.dev', 'services', 'Service');
    const both = discovered(...builtIn, other);
    expect(viewOfKind({ apiVersion: 'v1', kind: 'Service' }, both)?.ref.group).toBe('');
    expect(viewOfKind({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' }, both)?.ref.group).toBe(other.group);
    expect(viewOfKind({ apiVersion: 'other.io/v1', kind: 'Service' }, both)).toBeUndefined();
  });
});

test('every kind has an overview of its own beside its metadata', () => {
  expect(allViews.filter(({ overview }) => !overview).map(({ title }) => title)).toEqual([]);
});

test('a column that is named as the kind names it is written as every other title', () => {
  expect(handMadeView(endpointSliceRef)?.columns?.map(({ title }) => title)).toContain('Address type');
});

test('columns of a view have names of their own', () => {
  for (const { title, columns = [] } of allViews) {
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
