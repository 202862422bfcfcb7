import { describe, expect, it } from 'vitest';
import { pods } from '../../../../agent/api/core/pod.ts';
import type { Kind } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import type { KubeObject, meta, ObjectMeta } from '../../../../agent/api/types.ts';
import { createGraph } from '../../../../agent/controllers/garbage-collector/graph.ts';
import {
  type Action,
  awaitsDependents,
  blocks,
  circularDependents,
  type OwnerState,
  orphansDependents,
  planForOwners,
} from '../../../../agent/controllers/garbage-collector/plan.ts';
import { type Claims, planClaims } from '../../../../agent/controllers/shared/owners.ts';
import { aPod, aReplicaSet } from '../../../builders/objects.ts';

const owner = (uid: string, more: Partial<meta.OwnerReference> = {}): meta.OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: uid,
  uid,
  ...more,
});
const owned = (uids: string[], metadata: Partial<ObjectMeta> = {}) =>
  aPod({ metadata: { ownerReferences: uids.map((uid) => owner(uid)), ...metadata } });
const leaving = '2026-01-01T00:00:00Z';

describe('planForOwners', () => {
  it.each<[string, ReturnType<typeof aPod>, OwnerState[], KubeObject[], Action]>([
    ['leaves what has its owners', owned(['a']), ['present'], [], { kind: 'none' }],
    ['leaves what has none', aPod(), [], [], { kind: 'none' }],
    ['leaves what is going anyway', owned(['a'], { deletionTimestamp: leaving }), ['absent'], [], { kind: 'none' }],
    [
      'deletes what has lost all',
      owned(['a', 'b']),
      ['absent', 'absent'],
      [],
      { kind: 'delete', propagation: 'Background' },
    ],
    [
      'keeps what has one left, without the others',
      owned(['a', 'b', 'c']),
      ['absent', 'present', 'waiting'],
      [],
      { kind: 'keep', ownerReferences: [owner('b')] },
    ],
    ['deletes for an owner that waits', owned(['a']), ['waiting'], [], { kind: 'delete', propagation: 'Background' }],
    [
      'deletes in the foreground for an owner that waits, where it has dependents itself',
      owned(['a']),
      ['waiting'],
      [aPod()],
      { kind: 'delete', propagation: 'Foreground' },
    ],
    [
      'honours the finalizer that orphans',
      owned(['a'], { finalizers: ['orphan'] }),
      ['absent'],
      [aPod()],
      { kind: 'delete', propagation: 'Orphan' },
    ],
    [
      'leaves what has an owner that nobody can look up, whatever the others are',
      owned(['a', 'b']),
      ['absent', 'unresolvable'],
      [],
      { kind: 'none' },
    ],
    [
      'holds up no owner where a dependent of its own waits as well: they may be a circle',
      owned(['a']),
      ['waiting'],
      [aPod({ metadata: { deletionTimestamp: leaving, finalizers: ['foregroundDeletion'] } })],
      { kind: 'delete', propagation: 'Foreground', unblock: true },
    ],
  ])('%s', (_, object, states, dependents, expected) => {
    expect(planForOwners(object, states, dependents)).toEqual(expected);
  });
});

describe('finalizers', () => {
  it('mean nothing before deletion', () => {
    const finalizers = ['foregroundDeletion', 'orphan'];
    expect(awaitsDependents(aPod({ metadata: { finalizers } }))).toBe(false);
    expect(awaitsDependents(aPod({ metadata: { finalizers, deletionTimestamp: leaving } }))).toBe(true);
    expect(orphansDependents(aPod({ metadata: { finalizers, deletionTimestamp: leaving } }))).toBe(true);
  });

  it('are held by dependents that block, and only by those', () => {
    const dependent = aPod({ metadata: { ownerReferences: [owner('a', { blockOwnerDeletion: true }), owner('b')] } });
    expect([blocks(dependent, 'a'), blocks(dependent, 'b'), blocks(dependent, 'c')]).toEqual([true, false, false]);
  });
});

describe('circularDependents', () => {
  const waits = (uid: string, ownerUid: string, more: Partial<ObjectMeta> = {}) =>
    aPod({
      metadata: {
        uid,
        ownerReferences: [owner(ownerUid, { blockOwnerDeletion: true })],
        deletionTimestamp: leaving,
        finalizers: ['foregroundDeletion'],
        ...more,
      },
    });
  const circular = (all: KubeObject[], uid: string) => {
    const dependentsOf = (of: string) =>
      all.filter(({ metadata }) => metadata.ownerReferences?.some((each) => each.uid === of));
    const start = all.find(({ metadata }) => metadata.uid === uid);
    return start && circularDependents(start, dependentsOf).map(({ metadata }) => metadata.uid);
  };
  it.each<[string, KubeObject[], string[]]>([
    ['a circle of three', [waits('p1', 'p3'), waits('p2', 'p1'), waits('p3', 'p2')], ['p2']],
    ['two that own each other', [waits('p1', 'p2'), waits('p2', 'p1')], ['p2']],
    ['one that owns itself', [waits('p1', 'p1')], ['p1']],
    ['a chain', [waits('p1', 'none'), waits('p2', 'p1'), waits('p3', 'p2')], []],
    ['a circle beside it', [waits('p1', 'none'), waits('p2', 'p1'), waits('p3', 'p4'), waits('p4', 'p3')], []],
    ['a circle with one that is not going yet', [waits('p1', 'p2'), waits('p2', 'p1', { finalizers: [] })], []],
  ])('in %s', (_, all, expected) => {
    expect(circular(all, 'p1')).toEqual(expected);
  });
});

describe('graph', () => {
  const kind: Kind = builtInKinds.find(({ plural }) => plural === pods.plural) ?? (builtInKinds[0] as Kind);
  it('knows dependents before their owners, follows changes, and forgets', () => {
    const graph = createGraph();
    const [first, second] = [owned(['a'], { uid: 'p1' }), owned(['a', 'b'], { uid: 'p2' })];
    graph.put({ kind, object: first });
    graph.put({ kind, object: second });
    const uids = (of: string) => graph.dependentsOf(of).map(({ object }) => object.metadata.uid);
    expect([uids('a'), uids('b')]).toEqual([['p1', 'p2'], ['p2']]);
    graph.put({ kind, object: owned(['b'], { uid: 'p2' }) });
    expect([uids('a'), uids('b')]).toEqual([['p1'], ['p2']]);
    graph.remove('p1');
    expect([uids('a'), graph.get('p1')]).toEqual([[], undefined]);
  });
});

describe('planClaims', () => {
  const set = aReplicaSet({ metadata: { uid: 'rs' } });
  const selector = { matchLabels: { app: 'web' } };
  const controlled = (name: string, labels: Record<string, string>, uid = 'rs') =>
    aPod({ metadata: { name, labels, ownerReferences: [owner(uid, { controller: true })] } });
  const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);
  const namesOf = ({ owned: kept, adopt, release }: Claims<KubeObject>) => ({
    owned: names(kept),
    adopt: names(adopt),
    release: names(release),
  });
  const candidates = [
    controlled('own', { app: 'web' }),
    controlled('strayed', { app: 'other' }),
    controlled('foreign', { app: 'web' }, 'someone'),
    aPod({ metadata: { name: 'orphan', labels: { app: 'web' } } }),
    aPod({ metadata: { name: 'stranger', labels: { app: 'other' } } }),
    aPod({ metadata: { name: 'leaving', labels: { app: 'web' }, deletionTimestamp: leaving } }),
  ];

  it('keeps, adopts and releases', () => {
    expect(namesOf(planClaims(set, selector, candidates))).toEqual({
      owned: ['own'],
      adopt: ['orphan'],
      release: ['strayed'],
    });
  });

  it('neither adopts nor releases once the owner is going', () => {
    const going = aReplicaSet({ metadata: { uid: 'rs', deletionTimestamp: leaving } });
    expect(namesOf(planClaims(going, selector, candidates))).toEqual({ owned: ['own'], adopt: [], release: [] });
  });
});
