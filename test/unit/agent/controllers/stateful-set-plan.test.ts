/** `stateful_set_control_test.go` and `stateful_set_utils_test.go` upstream. */
import { describe, expect, it } from 'vitest';
import type { meta, PersistentVolumeClaim, Pod, StatefulSet } from '../../../../agent/api/types.ts';
import { goesWithEarlierPod, plannedOwners } from '../../../../agent/controllers/stateful-set/claim-owners.ts';
import { claimsFor, draftPod, ordinalOf } from '../../../../agent/controllers/stateful-set/identity.ts';
import { type Action, nextReplacement, planPods } from '../../../../agent/controllers/stateful-set/plan.ts';
import { planStatus } from '../../../../agent/controllers/stateful-set/status.ts';
import { aPod, aReadyPod, aStatefulSet } from '../../../builders/objects.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } };
const [current, update] = [
  { name: 'v1', template },
  { name: 'v2', template },
];
const web = (spec: Partial<StatefulSet['spec']>, status?: StatefulSet['status']) =>
  aStatefulSet({ metadata: { name: 'web', uid: 'web' }, spec, ...(status ? { status } : {}) });

/** E.g. `0 v1 ready`: ordinal, revision, and what else is to be known of the pod. */
function pod(text: string): Pod {
  const [ordinal, revision = '', ...states] = text.split(' ');
  const name = `web-${ordinal}`;
  const named: Record<string, string> = states.includes('foreign')
    ? {}
    : { 'statefulset.kubernetes.io/pod-name': name };
  const metadata = {
    name,
    uid: name,
    labels: { app: 'web', 'controller-revision-hash': revision, ...named },
    ...(states.includes('terminating') ? { deletionTimestamp: '2026-01-01T01:00:00Z' } : {}),
    ...(states.includes('new') ? { creationTimestamp: '2026-01-01T00:59:59.600Z' } : {}),
  };
  if (states.includes('ready')) return aReadyPod({ metadata });
  if (states.includes('justReady')) return aReadyPod({ metadata }, '2026-01-01T00:59:55Z');
  const phase = ['Failed', 'Succeeded', 'Running'].find((each) => states.includes(each)) ?? 'Pending';
  return aPod({ metadata, status: { phase } });
}

const shown = (action: Action): string => {
  const { name, labels } = action.pod.metadata;
  return action.kind === 'create' ? `create ${name} ${labels?.['controller-revision-hash']}` : `${action.kind} ${name}`;
};
const plan = (set: StatefulSet, pods: readonly string[], claims: readonly PersistentVolumeClaim[] = []): string[] =>
  planPods({
    set,
    current,
    update,
    pods: pods.map(pod),
    claim: (key) => claims.find(({ metadata }) => `default/${metadata.name}` === key),
    now,
  }).flatMap((group) => group.map(shown));

const rolling = (rollingUpdate?: object) => ({
  updateStrategy: { type: 'RollingUpdate', ...(rollingUpdate ? { rollingUpdate } : {}) },
});

describe('in order', () => {
  it.each<[string, Partial<StatefulSet['spec']>, string[], string[]]>([
    ['makes the first pod alone', { replicas: 3 }, [], ['create web-0 v2']],
    ['waits for a pod that is not ready', { replicas: 3 }, ['0 v2 Running'], []],
    ['makes the next once it is', { replicas: 3 }, ['0 v2 ready'], ['create web-1 v2']],
    ['waits for minReadySeconds', { replicas: 3, minReadySeconds: 10 }, ['0 v2 justReady'], []],
    ['waits until a pod that ends has gone', { replicas: 2 }, ['0 v2 ready terminating', '1 v2 ready'], []],
    ['replaces a failed pod', { replicas: 2 }, ['0 v2 Failed', '1 v2 ready'], ['delete web-0']],
    ['replaces a pod that ended well', { replicas: 1 }, ['0 v2 Succeeded'], ['delete web-0']],
    ['lets a finished pod go', { replicas: 1 }, ['0 v2 Failed terminating'], []],
    ['does not replace at once what failed at once', { replicas: 1 }, ['0 v2 Failed new'], []],
    ['fills a gap first', { replicas: 3 }, ['0 v2 ready', '2 v2 ready'], ['create web-1 v2']],
    ['starts at the first ordinal', { replicas: 2, ordinals: { start: 5 } }, ['5 v2 ready'], ['create web-6 v2']],
    [
      'scales down from the highest ordinal',
      { replicas: 1 },
      ['0 v2 ready', '1 v2 ready', '2 v2 ready'],
      ['delete web-2'],
    ],
    [
      'deletes what is below the first ordinal last',
      { replicas: 1, ordinals: { start: 1 } },
      ['0 v2 ready', '1 v2 ready', '2 v2 ready'],
      ['delete web-2'],
    ],
    ['scales down one at a time', { replicas: 1 }, ['0 v2 ready', '1 v2 ready', '2 v2 ready terminating'], []],
    ['does not scale down while a replica is not ready', { replicas: 1 }, ['0 v2 Running', '1 v2 ready'], []],
    [
      'scales down past the only pod that is not ready',
      { replicas: 1 },
      ['0 v2 ready', '1 v2 ready', '2 v2 Running'],
      ['delete web-2'],
    ],
    [
      'waits for a lower one that is not ready either',
      { replicas: 1 },
      ['0 v2 ready', '1 v2 Running', '2 v2 Running'],
      [],
    ],
    ['scales down before it updates', { replicas: 1 }, ['0 v1 ready', '1 v1 ready'], ['delete web-1']],
    [
      'updates the highest ordinal first',
      { replicas: 3 },
      ['0 v1 ready', '1 v1 ready', '2 v1 ready'],
      ['delete web-2'],
    ],
    ['updates no pod while another is not ready', { replicas: 3 }, ['0 v1 ready', '1 v1 ready', '2 v2 Running'], []],
    ['goes on with the next ordinal', { replicas: 3 }, ['0 v1 ready', '1 v1 ready', '2 v2 ready'], ['delete web-1']],
    ['gives an adopted pod its identity', { replicas: 1 }, ['0 v2 ready foreign'], ['repair web-0']],
    ['waits with that until the pod is ready', { replicas: 1 }, ['0 v2 Running foreign'], []],
    ['leaves alone what is as it should be', { replicas: 1 }, ['0 v2 ready'], []],
  ])('%s', (_, spec, pods, expected) => {
    expect(plan(web(spec), pods)).toEqual(expected);
  });

  it('makes the claims that a pending pod lacks', () => {
    const volumeClaimTemplates = [{ metadata: { name: 'data' } }];
    expect(plan(web({ replicas: 1, volumeClaimTemplates }), ['0 v2 Pending'])).toEqual(['claims web-0']);
    expect(plan(web({ replicas: 1 }), ['0 v2 Pending'])).toEqual([]);
  });

  it('does nothing for a set that is being deleted', () => {
    const set = web({ replicas: 3 });
    expect(plan({ ...set, metadata: { ...set.metadata, deletionTimestamp: '2026-01-01T01:00:00Z' } }, [])).toEqual([]);
  });
});

describe('all at once', () => {
  it.each<[string, Partial<StatefulSet['spec']>, string[], string[]]>([
    ['makes all pods', { replicas: 3 }, [], ['create web-0 v2', 'create web-1 v2', 'create web-2 v2']],
    ['does not wait for pods that are not ready', { replicas: 2 }, ['0 v2 Running'], ['create web-1 v2']],
    [
      'deletes all that are too many',
      { replicas: 1 },
      ['0 v2 Pending', '1 v2 ready', '2 v2 Running'],
      ['delete web-2', 'delete web-1'],
    ],
    ['deletes none twice', { replicas: 0 }, ['0 v2 ready terminating'], []],
    [
      'replaces all that finished',
      { replicas: 2 },
      ['0 v2 Failed', '1 v2 Succeeded'],
      ['delete web-0', 'delete web-1'],
    ],
    ['still updates one at a time', { replicas: 3 }, ['0 v1 ready', '1 v1 ready', '2 v1 ready'], ['delete web-2']],
    ['updates none while another is not ready', { replicas: 2 }, ['0 v1 ready', '1 v2 Running'], []],
  ])('%s', (_, spec, pods, expected) => {
    expect(plan(web({ ...spec, podManagementPolicy: 'Parallel' }), pods)).toEqual(expected);
  });
});

it('makes 500 of many pods at a time', () => {
  const spec = { replicas: 2 ** 31 - 1, podManagementPolicy: 'Parallel' };
  const actions = plan(web(spec), ['0 v2 Running', '3 v2 ready']);
  expect(actions).toHaveLength(500);
  expect(actions.slice(0, 3)).toEqual(['create web-1 v2', 'create web-2 v2', 'create web-4 v2']);
});

describe('an update', () => {
  const three = ['0 v1 ready', '1 v1 ready', '2 v1 ready'];
  it.each<[string, Partial<StatefulSet['spec']>, string[], string[]]>([
    ['leaves what is below the partition', rolling({ partition: 2 }), ['0 v1 ready', '1 v1 ready', '2 v2 ready'], []],
    [
      'makes pods below the partition from the current revision',
      rolling({ partition: 2 }),
      ['1 v1 ready', '2 v2 ready'],
      ['create web-0 v1'],
    ],
    [
      'makes pods from the partition on from the new revision',
      rolling({ partition: 1 }),
      ['0 v1 ready', '2 v1 ready'],
      ['create web-1 v2'],
    ],
    [
      'counts the partition from the first ordinal',
      { ...rolling({ partition: 1 }), ordinals: { start: 5 } },
      ['5 v1 ready', '6 v1 ready', '7 v1 ready'],
      ['delete web-7'],
    ],
    ['happens only on delete', { updateStrategy: { type: 'OnDelete' } }, three, []],
    [
      'takes the new revision for what was deleted',
      { updateStrategy: { type: 'OnDelete' } },
      ['0 v1 ready', '2 v1 ready'],
      ['create web-1 v2'],
    ],
    [
      'may take several at a time',
      rolling({ partition: 0, maxUnavailable: 2 }),
      three,
      ['delete web-2', 'delete web-1'],
    ],
    ['rounds a share down', rolling({ partition: 0, maxUnavailable: '70%' }), three, ['delete web-2', 'delete web-1']],
    ['takes at least one', rolling({ partition: 0, maxUnavailable: '10%' }), three, ['delete web-2']],
    [
      'keeps to the partition with several at a time',
      rolling({ partition: 2, maxUnavailable: 3 }),
      three,
      ['delete web-2'],
    ],
  ])('%s', (_, spec, pods, expected) => {
    expect(plan(web({ replicas: 3, ...spec }), pods)).toEqual(expected);
  });

  it('counts pods that are not available against the maximum', () => {
    const spec = { replicas: 3, podManagementPolicy: 'Parallel', ...rolling({ partition: 0, maxUnavailable: 2 }) };
    expect(plan(web(spec), ['0 v1 ready', '1 v1 ready', '2 v2 Running'])).toEqual(['delete web-1']);
  });

  it('without a partition makes as many pods from the current revision as the status counts', () => {
    const status = { replicas: 3, availableReplicas: 3, currentReplicas: 1 };
    const pods = ['1 v1 ready', '2 v2 ready'];
    expect(plan(web({ replicas: 3, ...rolling() }, status), pods)).toEqual(['create web-0 v1']);
    expect(plan(web({ replicas: 3, ...rolling() }, { ...status, currentReplicas: 0 }), pods)).toEqual([
      'create web-0 v2',
    ]);
  });
});

describe('the time until a finished pod may be replaced', () => {
  it.each([
    ['it failed at once', ['0 v1 Failed new'], 600],
    ['it ran for a while', ['0 v1 Failed'], undefined],
    ['nothing failed', ['0 v1 ready new'], undefined],
    ['it is on its way out', ['0 v1 Failed new terminating'], undefined],
  ])('where %s', (_, pods, expected) => {
    expect(nextReplacement(pods.map(pod), now)).toBe(expected);
  });
});

describe('the identity of a pod', () => {
  it.each([
    ['web-0', 0],
    ['web-2147483647', 2147483647],
    ['web-2147483648', undefined],
    ['web-01', undefined],
    ['web', undefined],
    ['web-', undefined],
    ['web-x', undefined],
    ['other-1', undefined],
    ['web-x-1', undefined],
  ])('of the name %s', (name, expected) => {
    expect(ordinalOf(web({}), { metadata: { ...aPod().metadata, name } })).toBe(expected);
  });

  const volumeClaimTemplates = [
    { metadata: { name: 'data', labels: { tier: 'db' } }, spec: { accessModes: ['ReadWriteOnce'] } },
  ];

  it('is in its name, labels, host name and volumes', () => {
    const volumes = [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ];
    const revision = { name: 'web-5d4', template: { ...template, spec: { ...template.spec, volumes } } };
    expect(draftPod(web({ serviceName: 'db', volumeClaimTemplates }), 2, revision)).toMatchObject({
      metadata: {
        name: 'web-2',
        generateName: 'web-',
        namespace: 'default',
        labels: {
          app: 'web',
          'apps.kubernetes.io/pod-index': '2',
          'controller-revision-hash': 'web-5d4',
          'statefulset.kubernetes.io/pod-name': 'web-2',
        },
        ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true, blockOwnerDeletion: true }],
      },
      spec: {
        hostname: 'web-2',
        subdomain: 'db',
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'data-web-2' } },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    });
  });

  it('is in the names of its claims, which have the labels of the selector', () => {
    expect(claimsFor(web({ volumeClaimTemplates }), 2)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data-web-2', namespace: 'default', labels: { tier: 'db', app: 'web' } },
        spec: { accessModes: ['ReadWriteOnce'] },
      },
    ]);
  });
});

describe('who owns a claim', () => {
  const set = (whenDeleted: string, whenScaled: string) =>
    web({ replicas: 1, persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
  const reference = (kind: string, name: string, uid: string, controller = true): meta.OwnerReference => ({
    apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    name,
    uid,
    ...(controller ? { controller: true, blockOwnerDeletion: true } : {}),
  });
  const bySet = reference('StatefulSet', 'web', 'web');
  const byPod = (ordinal: number) => reference('Pod', `web-${ordinal}`, `web-${ordinal}`);
  const other = reference('Job', 'other', 'other');
  const claim = (ownerReferences: meta.OwnerReference[]): PersistentVolumeClaim => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...aPod().metadata, name: 'data-web-0', ownerReferences },
    spec: {},
  });
  it.each<[string, StatefulSet, number, meta.OwnerReference[], meta.OwnerReference[] | undefined]>([
    ['kept in any case: nobody', set('Retain', 'Retain'), 0, [], undefined],
    ['kept from now on: nobody', set('Retain', 'Retain'), 0, [bySet, byPod(0)], []],
    ['kept, of another controller: that one', set('Retain', 'Retain'), 0, [other], undefined],
    ['deleted with the set: the set', set('Delete', 'Retain'), 0, [], [bySet]],
    ['deleted with the set, already', set('Delete', 'Retain'), 0, [bySet], undefined],
    ['owned but not controlled', set('Delete', 'Retain'), 0, [reference('StatefulSet', 'web', 'web', false)], [bySet]],
    ['deleted when scaled down, in use: nobody', set('Retain', 'Delete'), 0, [], undefined],
    ['deleted when scaled down, in use again', set('Retain', 'Delete'), 0, [byPod(0)], []],
    ['deleted when scaled down, no longer in use: its pod', set('Retain', 'Delete'), 1, [], [byPod(1)]],
    ['deleted in any case, in use: the set', set('Delete', 'Delete'), 0, [], [bySet]],
    ['deleted in any case, no longer in use: its pod', set('Delete', 'Delete'), 1, [bySet], [byPod(1)]],
    ['of another controller: that one alone', set('Delete', 'Delete'), 0, [other, bySet], [other]],
    ['of another controller, already', set('Delete', 'Delete'), 0, [other], undefined],
    ['of an earlier set', set('Delete', 'Delete'), 0, [reference('StatefulSet', 'web', 'old')], undefined],
    ['of an earlier pod', set('Delete', 'Delete'), 0, [reference('Pod', 'web-0', 'old')], undefined],
  ])('%s', (_, owner, ordinal, before, expected) => {
    expect(plannedOwners(claim(before), owner, pod(`${ordinal} v1 ready`))).toEqual(expected);
  });

  it('a pod waits while the claim of its predecessor goes', () => {
    const earlier = claim([reference('Pod', 'web-0', 'old')]);
    expect(goesWithEarlierPod(set('Retain', 'Delete'), 'web-0', earlier)).toBe(true);
    expect(goesWithEarlierPod(set('Delete', 'Retain'), 'web-0', earlier)).toBe(false);
    expect(goesWithEarlierPod(set('Retain', 'Delete'), 'web-0', claim([]))).toBe(false);
    const spec = {
      replicas: 1,
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
    };
    expect(plan(web(spec), [], [earlier])).toEqual([]);
    expect(plan(web(spec), [], [claim([])])).toEqual(['create web-0 v2']);
  });
});

describe('the status', () => {
  const names = { currentRevision: 'v1', updateRevision: 'v2', collisionCount: 0 };
  const status = (set: StatefulSet, pods: string[]) => planStatus(set, pods.map(pod), names, now);

  it('counts pods by what they are', () => {
    const pods = [
      '0 v1 ready',
      '1 v1 justReady',
      '2 v2 ready',
      '3 v2 Running',
      '4 v1 ready terminating',
      '5 v2 Pending',
    ];
    expect(status(web({ replicas: 6, minReadySeconds: 10 }), pods)).toEqual({
      observedGeneration: 1,
      replicas: 6,
      readyReplicas: 4,
      availableReplicas: 3,
      currentReplicas: 2,
      updatedReplicas: 3,
      ...names,
    });
  });

  it.each<[string, Partial<StatefulSet['spec']>, string[], string]>([
    ['all are updated and ready', {}, ['0 v2 ready', '1 v2 ready'], 'v2'],
    ['one is not ready', {}, ['0 v2 ready', '1 v2 Running'], 'v1'],
    ['one is of the old revision', {}, ['0 v1 ready', '1 v2 ready'], 'v1'],
    ['one more is there', {}, ['0 v2 ready', '1 v2 ready', '2 v2 terminating'], 'v1'],
    ['updates happen on delete', { updateStrategy: { type: 'OnDelete' } }, ['0 v2 ready', '1 v2 ready'], 'v1'],
  ])('has the current revision, where %s', (_, spec, pods, expected) => {
    expect(status(web({ replicas: 2, ...spec }), pods)).toMatchObject({
      currentRevision: expected,
      updateRevision: 'v2',
    });
  });
});
