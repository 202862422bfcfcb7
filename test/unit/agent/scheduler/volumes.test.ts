/** `pkg/scheduler/framework/plugins/{volumebinding,volumezone,volumerestrictions}/*_test.go` upstream. */
import { describe, expect, it } from 'vitest';
import type {
  CSINode,
  core,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../../../agent/api/types.ts';
import { hintFor } from '../../../../agent/scheduler/framework/events.ts';
import type { StorageLister } from '../../../../agent/scheduler/framework/handle.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { aScheduler, emptyStorage, type TestScheduler } from './harness.ts';

const metadata = (name: string, more: object = {}) => ({
  name,
  namespace: 'default',
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});
const aClaim = (
  name: string,
  spec: Partial<core.PersistentVolumeClaimSpec> = {},
  more: object = {},
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metadata(name, more),
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'wait',
    ...spec,
  },
  status: { phase: spec.volumeName ? 'Bound' : 'Pending' },
});
const bound = { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } };
const onHost = (...values: string[]) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }] }] },
});
const aVolume = (name: string, spec: Partial<core.PersistentVolumeSpec> = {}, labels = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: metadata(name, { labels }),
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'wait', ...spec },
  status: { phase: 'Available' },
});
const aClass = (name: string, volumeBindingMode: string, more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: metadata(name),
  provisioner: 'example.com/disks',
  volumeBindingMode,
  ...more,
});
const classes = [
  aClass('wait', 'WaitForFirstConsumer'),
  aClass('now', 'Immediate'),
  aClass('manual', 'WaitForFirstConsumer', { provisioner: 'kubernetes.io/no-provisioner' }),
  aClass('zoned', 'WaitForFirstConsumer', {
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values: ['b'] }] }],
  }),
];

interface Stored {
  claims?: PersistentVolumeClaim[];
  volumes?: PersistentVolume[];
  csiNodes?: CSINode[];
}

const storageOf = ({ claims = [], volumes = [], csiNodes = [] }: Stored): StorageLister => ({
  ...emptyStorage,
  claim: (namespace, name) =>
    claims.find((each) => each.metadata.namespace === namespace && each.metadata.name === name),
  volume: (name) => volumes.find((each) => each.metadata.name === name),
  volumes: () => volumes,
  storageClass: (name) => classes.find((each) => each.metadata.name === name),
  csiNode: (name) => csiNodes.find((each) => each.metadata.name === name),
});

/** Nodes `one` in zone a and `two` in zone b. */
function aCluster(stored: Stored): TestScheduler {
  const scheduler = aScheduler({ handle: { storage: storageOf(stored) } });
  for (const [name, zone] of [
    ['one', 'a'],
    ['two', 'b'],
  ] as const) {
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone };
    scheduler.cache.setNode(aNode({ metadata: { name, labels } }));
  }
  return scheduler;
}

const using = (...claims: string[]): Pod =>
  aPod({
    metadata: { name: 'web', namespace: 'default', uid: 'uid-of-web' },
    spec: { volumes: claims.map((claimName, i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName } })) },
  });
const ephemeral: Pod = aPod({
  metadata: { name: 'web', namespace: 'default', uid: 'uid-of-web' },
  spec: { volumes: [{ name: 'own', ephemeral: { volumeClaimTemplate: { spec: {} } } }] },
});
const messageOf = (stored: Stored, pod: Pod): string => {
  const placement = aCluster(stored).place(pod);
  return placement.kind === 'none' ? placement.message : `on ${placement.name}`;
};

describe('a pod with claims', () => {
  it.each<[string, Stored, Pod, string]>([
    ['that do not exist', {}, using('data'), '0/2 nodes are available: persistentvolumeclaim "data" not found.'],
    [
      'that somebody else binds',
      { claims: [aClaim('data', { storageClassName: 'now' })] },
      using('data'),
      '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
    ],
    [
      'of a class that does not exist',
      { claims: [aClaim('data', { storageClassName: 'none' })] },
      using('data'),
      '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
    ],
    [
      'that are being deleted',
      { claims: [aClaim('data', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })] },
      using('data'),
      '0/2 nodes are available: persistentvolumeclaim "data" is being deleted.',
    ],
    [
      'that have lost their volume',
      { claims: [{ ...aClaim('data', { volumeName: 'disk' }, bound), status: { phase: 'Lost' } }] },
      using('data'),
      '0/2 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "disk".',
    ],
    [
      'that are still to be made for it',
      {},
      ephemeral,
      '0/2 nodes are available: waiting for ephemeral volume controller to create the persistentvolumeclaim "web-own".',
    ],
    [
      'that were made for another pod',
      { claims: [aClaim('web-own')] },
      ephemeral,
      '0/2 nodes are available: PVC default/web-own was not created for pod default/web (pod is not owner).',
    ],
    [
      'whose volume is on another node',
      {
        claims: [aClaim('data', { volumeName: 'disk' }, bound)],
        volumes: [aVolume('disk', { nodeAffinity: onHost('three') })],
      },
      using('data'),
      '0/2 nodes are available: 2 node(s) had volume node affinity conflict.',
    ],
    [
      'whose volume is gone',
      { claims: [aClaim('data', { volumeName: 'disk' }, bound)] },
      using('data'),
      '0/2 nodes are available: persistentvolume "disk" not found.',
    ],
    [
      'that nobody makes volumes for',
      { claims: [aClaim('data', { storageClassName: 'manual' })] },
      using('data'),
      "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.",
    ],
    [
      'goes where its volume is',
      {
        claims: [aClaim('data', { volumeName: 'disk' }, bound)],
        volumes: [aVolume('disk', { nodeAffinity: onHost('two') })],
      },
      using('data'),
      'on two',
    ],
    [
      'goes where a free volume is',
      {
        claims: [aClaim('data', { storageClassName: 'manual' })],
        volumes: [aVolume('disk', { storageClassName: 'manual', nodeAffinity: onHost('two') })],
      },
      using('data'),
      'on two',
    ],
    [
      'goes where a volume may be made',
      { claims: [aClaim('data', { storageClassName: 'zoned' })] },
      using('data'),
      'on two',
    ],
    [
      'goes where a volume is asked for already',
      { claims: [aClaim('data', {}, { annotations: { 'volume.kubernetes.io/selected-node': 'two' } })] },
      using('data'),
      'on two',
    ],
    [
      'goes to the zone of its volume',
      {
        claims: [aClaim('data', { volumeName: 'disk' }, bound)],
        volumes: [aVolume('disk', {}, { 'topology.kubernetes.io/zone': 'b' })],
      },
      using('data'),
      'on two',
    ],
    [
      'whose zones have no node',
      {
        claims: [aClaim('data', { volumeName: 'disk' }, bound)],
        volumes: [aVolume('disk', {}, { 'topology.kubernetes.io/zone': 'c__d' })],
      },
      using('data'),
      '0/2 nodes are available: 2 node(s) had no available volume zone.',
    ],
  ])('%s', (_what, stored, pod, expected) => {
    expect(messageOf(stored, pod).slice(0, expected.length)).toBe(expected);
  });

  it('does not get the volume that a pod before it was given', () => {
    const volumes = [aVolume('disk', { storageClassName: 'manual' })];
    const claims = [aClaim('a', { storageClassName: 'manual' }), aClaim('b', { storageClassName: 'manual' })];
    const scheduler = aCluster({ claims, volumes });
    const first = scheduler.place(using('a'));
    if (first.kind !== 'node') throw new Error(first.message);
    const info = podInfo(using('a'));
    scheduler.framework.reserve(info, first.name, first.state);
    const second = scheduler.place(using('b'));
    expect(second.kind === 'none' && second.message).toContain(
      "2 node(s) didn't find available persistent volumes to bind",
    );
    scheduler.framework.unreserve(info, first.name, first.state);
    expect(scheduler.place(using('b')).kind).toBe('node');
  });

  it('has them bound, and volumes asked for, before it is bound itself', async () => {
    const volumes = [aVolume('disk', { storageClassName: 'manual', nodeAffinity: onHost('two') })];
    const scheduler = aCluster({ claims: [aClaim('old', { storageClassName: 'manual' }), aClaim('new')], volumes });
    const pod = using('old', 'new');
    const placed = scheduler.place(pod);
    if (placed.kind !== 'node') throw new Error(placed.message);
    const info = podInfo(pod);
    scheduler.framework.reserve(info, placed.name, placed.state);
    await scheduler.framework.preBind(info, placed.name, placed.state, new AbortController().signal);
    expect(scheduler.writes).toEqual(['bind volume disk to claim old', 'ask for a volume for new']);
  });

  it('waits while another pod uses a claim that is for one pod at a time', () => {
    const claims = [aClaim('data', { volumeName: 'disk', accessModes: ['ReadWriteOncePod'] }, bound)];
    const scheduler = aCluster({ claims, volumes: [aVolume('disk')] });
    const { metadata: own, ...rest } = using('data');
    scheduler.cache.setPod({ ...rest, metadata: { ...own, name: 'other', uid: 'uid-of-other' } }, 'one');
    const placement = scheduler.place(using('data'));
    expect(placement.kind === 'none' && placement.message).toContain(
      '2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
    );
  });
});

describe('an event that may help a pod', () => {
  const hintsOf = (scheduler: TestScheduler) => scheduler.framework.hints.get('VolumeBinding') ?? [];

  it.each([
    ['its claim', aClaim('data'), 'queue'],
    ['the claim of another', aClaim('other'), 'skip'],
  ])('is a change of %s', (_what, object, expected) => {
    const event = { resource: 'PersistentVolumeClaim', actions: ['update'], old: object, object } as const;
    const hints = hintsOf(aCluster({})).map((hint) => hintFor(hint, using('data'), event));
    expect(hints.filter(Boolean)).toEqual([expected]);
  });
});

describe('the limit of a CSI driver', () => {
  const driver = 'example.com/disks';
  const csiNode = (name: string, count?: number, of = driver): CSINode => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: metadata(name),
    spec: { drivers: [{ name: of, nodeID: name, ...(count === undefined ? {} : { allocatable: { count } }) }] },
  });
  const disk = (name: string, of = driver) => aVolume(name, { csi: { driver: of, volumeHandle: `handle-of-${name}` } });
  const claimed = (...names: string[]) => names.map((name) => aClaim(name, { volumeName: `disk-${name}` }, bound));
  const stored: Stored = {
    claims: [...claimed('a', 'b', 'c', 'foreign'), aClaim('fresh')],
    volumes: [disk('disk-a'), disk('disk-b'), disk('disk-c'), disk('disk-foreign', 'example.com/other')],
  };
  const full = 'node(s) exceed max volume count';

  /** Node `one` has pods with claims `a` and `b`. */
  const place = (limits: CSINode[], pod: Pod): string => {
    const scheduler = aScheduler({ handle: { storage: storageOf({ ...stored, csiNodes: limits }) } });
    scheduler.cache.setNode(aNode({ metadata: { name: 'one' } }));
    for (const claim of ['a', 'b']) {
      const running = using(claim);
      scheduler.cache.setPod({ ...running, metadata: { ...running.metadata, name: claim, uid: claim } }, 'one');
    }
    const placement = scheduler.place(pod);
    return placement.kind === 'none' ? placement.message : `on ${placement.name}`;
  };

  it.each<[string, CSINode[], Pod, string]>([
    ['refuses one volume too many', [csiNode('one', 2)], using('c'), full],
    ['refuses a volume that is still to be provisioned', [csiNode('one', 2)], using('fresh'), full],
    ['has room for one more', [csiNode('one', 3)], using('c'), 'on one'],
    ['counts each new volume', [csiNode('one', 3)], using('c', 'fresh'), full],
    ['counts a volume once that is there already', [csiNode('one', 2)], using('a'), 'on one'],
    ['is no limit where the driver gives none', [csiNode('one')], using('c'), 'on one'],
    ['is none of other drivers', [csiNode('one', 2)], using('foreign'), 'on one'],
    ['is none of other nodes', [csiNode('two', 0)], using('c'), 'on one'],
    ['does not matter to a pod without claims', [csiNode('one', 1)], aPod(), 'on one'],
  ])('%s', (_, limits, pod, expected) => {
    expect(place(limits, pod)).toContain(expected);
  });
});
