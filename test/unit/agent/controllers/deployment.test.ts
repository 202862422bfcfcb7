import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../../agent/api/types.ts';
import { draftSet } from '../../../../agent/controllers/deployment/new-replica-set.ts';
import {
  fenceposts,
  isScalingEvent,
  newReplicas,
  planCleanup,
  planOld,
  planRolling,
  planScale,
  type Scaling,
} from '../../../../agent/controllers/deployment/plan.ts';
import { annotationsAt, findNew, sameTemplate } from '../../../../agent/controllers/deployment/replica-sets.ts';
import { aDeployment, aReplicaSet } from '../../../builders/objects.ts';

const prefix = 'deployment.kubernetes.io';
const rolling = (replicas: number, maxSurge: string | number = '25%', maxUnavailable: string | number = '25%') =>
  aDeployment({ spec: { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } } });
const sized = (name: string, replicas: number, availableReplicas = replicas, annotations = {}): ReplicaSet =>
  aReplicaSet({ metadata: { name, annotations }, spec: { replicas }, status: { replicas, availableReplicas } });
const sizes = (plan: readonly Scaling[]) =>
  Object.fromEntries(plan.map(({ set, replicas }) => [set.metadata.name, replicas]));

describe('fenceposts', () => {
  it.each<[number, string | number, string | number, { surge: number; unavailable: number }]>([
    [10, '25%', '25%', { surge: 3, unavailable: 2 }],
    [3, '25%', '25%', { surge: 1, unavailable: 0 }],
    [1, 0, 0, { surge: 0, unavailable: 1 }],
    [2, 0, 5, { surge: 0, unavailable: 2 }],
    [0, 1, 1, { surge: 0, unavailable: 0 }],
    [4, '100%', 1, { surge: 4, unavailable: 1 }],
  ])('of %i replicas with surge %s and unavailable %s', (replicas, surge, unavailable, expected) => {
    expect(fenceposts(rolling(replicas, surge, unavailable))).toEqual(expected);
  });
});

describe('a rolling update', () => {
  it.each<[string, Deployment, ReplicaSet, ReplicaSet[], Record<string, number>]>([
    ['scales up as far as the surge allows', rolling(10), sized('new', 0), [sized('old', 10)], { new: 3 }],
    ['does not scale up at the limit, but down', rolling(10), sized('new', 3, 0), [sized('old', 10)], { old: 8 }],
    ['waits while nothing more may go', rolling(10), sized('new', 5, 0), [sized('old', 8)], {}],
    ['waits for the surge to become available', rolling(4, 1, 0), sized('new', 1, 0), [sized('old', 4, 2)], {}],
    ['frees unavailable old replicas', rolling(4, 1, 1), sized('new', 1, 1), [sized('old', 4, 2)], { old: 2 }],
    ['scales a new one that is too big down', rolling(2), sized('new', 5), [], { new: 2 }],
    ['is done at the desired number', rolling(3), sized('new', 3), [sized('old', 0)], {}],
  ])('%s', (_, deployment, newSet, oldSets, expected) => {
    expect(sizes(planRolling({ deployment, newSet, oldSets }))).toEqual(expected);
  });

  it('never goes below the minimum that must be available', () => {
    const deployment = rolling(10, 0, 1);
    const oldSets = [sized('old', 10)];
    expect(sizes(planOld({ deployment, newSet: sized('new', 0), oldSets }))).toEqual({ old: 9 });
  });

  it('goes from old to new with availability kept at every step', () => {
    const deployment = rolling(4, 1, 0);
    let [newSet, old] = [sized('new', 0), sized('old', 4)];
    const trail: string[] = [];
    for (let step = 0; step < 20; step += 1) {
      const plan = sizes(planRolling({ deployment, newSet, oldSets: [old] }));
      newSet = sized('new', plan.new ?? newSet.spec.replicas ?? 0);
      old = sized('old', plan.old ?? old.spec.replicas ?? 0);
      trail.push(`${newSet.spec.replicas}+${old.spec.replicas}`);
    }
    expect([...new Set(trail)]).toEqual(['1+4', '1+3', '2+3', '2+2', '3+2', '3+1', '4+1', '4+0']);
  });
});

describe('newReplicas', () => {
  it('is everything at once where the strategy is Recreate', () => {
    const deployment = aDeployment({ spec: { replicas: 5, strategy: { type: 'Recreate' } } });
    expect(newReplicas({ deployment, oldSets: [sized('old', 5)] })).toBe(5);
  });
});

describe('scaling', () => {
  const annotated = (desired: number, max: number) => ({
    [`${prefix}/desired-replicas`]: String(desired),
    [`${prefix}/max-replicas`]: String(max),
  });

  it('is noticed by the size that replica sets were made for', () => {
    const rollout = { deployment: rolling(5), newSet: sized('new', 3, 3, annotated(3, 4)), oldSets: [] };
    expect(isScalingEvent(rollout)).toBe(true);
    expect(isScalingEvent({ ...rollout, deployment: rolling(3) })).toBe(false);
  });

  it('goes to the only active replica set', () => {
    const rollout = { deployment: rolling(5), newSet: sized('new', 3), oldSets: [sized('old', 0)] };
    expect(sizes(planScale(rollout))).toEqual({ new: 5 });
  });

  it('is shared out in proportion while a rollout is under way', () => {
    const deployment = rolling(15, 3, 2);
    const rollout = {
      deployment,
      newSet: sized('new', 5, 5, annotated(10, 13)),
      oldSets: [sized('old', 8, 8, annotated(10, 13))],
    };
    expect(sizes(planScale(rollout))).toEqual({ new: 7, old: 11 });
  });

  it('shrinks in proportion too', () => {
    const deployment = rolling(5, 3, 2);
    const rollout = {
      deployment,
      newSet: sized('new', 5, 5, annotated(10, 13)),
      oldSets: [sized('old', 8, 8, annotated(10, 13))],
    };
    expect(sizes(planScale(rollout))).toEqual({ new: 3, old: 5 });
  });

  it('empties old replica sets once the new one is saturated', () => {
    const newSet = sized('new', 3, 3, annotated(3, 4));
    expect(sizes(planScale({ deployment: rolling(3), newSet, oldSets: [sized('old', 1)] }))).toEqual({ old: 0 });
  });
});

describe('planCleanup', () => {
  it('keeps the newest revisions up to the limit, and never one that has pods', () => {
    const deployment = aDeployment({ spec: { revisionHistoryLimit: 1 } });
    const at = (name: string, revision: number, replicas = 0) =>
      aReplicaSet({
        metadata: { name, annotations: { [`${prefix}/revision`]: String(revision) } },
        spec: { replicas },
        status: { replicas, observedGeneration: 1 },
      });
    const doomed = planCleanup(deployment, [at('c', 3), at('a', 1, 1), at('b', 2), at('d', 10)]);
    expect(doomed.map((set) => set.metadata.name)).toEqual(['b', 'c']);
  });
});

describe('the new replica set', () => {
  const template = (image: string, extra = {}) => ({
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image, ...extra }] },
  });

  it('is the one with the same template, whatever its hash', () => {
    const deployment = aDeployment({ spec: { template: template('web:2.0') } });
    const withHash = template('web:2.0');
    const same = aReplicaSet({
      metadata: { name: 'same' },
      spec: { template: { ...withHash, metadata: { labels: { app: 'web', 'pod-template-hash': 'x' } } } },
    });
    expect(findNew(deployment, [aReplicaSet(), same])?.metadata.name).toBe('same');
  });

  it('is the same where a typed client has written empty fields', () => {
    expect(sameTemplate(template('web:1.0'), template('web:1.0', { resources: {} }))).toBe(true);
    expect(sameTemplate(template('web:1.0'), template('web:2.0'))).toBe(false);
  });

  it('is named, labelled and selected by the hash of its template', () => {
    const draft = draftSet({ deployment: rolling(3), oldSets: [] });
    const hash = draft.metadata.labels?.['pod-template-hash'];
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
    expect(draft.metadata.name?.endsWith(`-${hash}`)).toBe(true);
    expect(draft.spec.selector.matchLabels).toEqual({ app: 'web', 'pod-template-hash': hash });
    expect(draft.metadata.annotations).toEqual({
      [`${prefix}/revision`]: '1',
      [`${prefix}/desired-replicas`]: '3',
      [`${prefix}/max-replicas`]: '4',
    });
  });

  it('gets another hash after a collision', () => {
    const deployment = rolling(3);
    const collided = { ...deployment, status: { collisionCount: 1 } };
    expect(draftSet({ deployment: collided, oldSets: [] }).metadata.name).not.toBe(
      draftSet({ deployment, oldSets: [] }).metadata.name,
    );
  });

  it('takes the deployment’s annotations, but not those that say what was applied', () => {
    const deployment = aDeployment({
      metadata: {
        annotations: { 'kubernetes.io/change-cause': 'v2', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      },
    });
    expect(annotationsAt(deployment, 2n)).toEqual({ 'kubernetes.io/change-cause': 'v2', [`${prefix}/revision`]: '2' });
  });

  it('is one revision further than the highest, however large that is', () => {
    const large = aReplicaSet({ metadata: { annotations: { [`${prefix}/revision`]: '3546343826724305832' } } });
    const { annotations } = draftSet({ deployment: rolling(3), oldSets: [large, aReplicaSet()] }).metadata;
    expect(annotations?.[`${prefix}/revision`]).toBe('3546343826724305833');
  });

  it('remembers its earlier revisions when it comes back', () => {
    const existing = aReplicaSet({ metadata: { annotations: { [`${prefix}/revision`]: '1' } } });
    expect(annotationsAt(aDeployment(), 3n, existing)).toEqual({
      [`${prefix}/revision`]: '3',
      [`${prefix}/revision-history`]: '1',
    });
  });
});
