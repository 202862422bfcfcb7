import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../agent/api/types.ts';
import {
  planReplicas,
  planStatus,
  replacementDelay,
  sameStatus,
} from '../../../../agent/controllers/replica-set/plan.ts';
import { nextAvailability } from '../../../../agent/controllers/shared/pods.ts';
import { rankForDeletion } from '../../../../agent/controllers/shared/ranking.ts';
import { slowStart } from '../../../../agent/controllers/shared/slow-start.ts';
import { aPod, aReadyPod, aReplicaSet } from '../../../builders/objects.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const names = (pods: readonly Pod[]) => pods.map((pod) => pod.metadata.name);
const named = (name: string) => ({ metadata: { name } });

describe('planReplicas', () => {
  it.each([
    ['does nothing at the right number', 2, 2, { kind: 'none' }],
    ['creates what is missing', 5, 2, { kind: 'create', count: 3 }],
    ['creates 500 at most', 1000, 0, { kind: 'create', count: 500 }],
  ])('%s', (_, desired, existing, expected) => {
    const pods = Array.from({ length: existing }, () => aReadyPod());
    expect(planReplicas(desired, pods, pods, now)).toEqual(expected);
  });

  it('deletes the surplus', () => {
    const pods = [aReadyPod(named('ready')), aPod(named('pending'))];
    expect(planReplicas(1, pods, pods, now)).toEqual({ kind: 'delete', pods: [pods[1]] });
  });
});

describe('replacementDelay', () => {
  const failed = (secondsAgo: number) =>
    aPod({
      metadata: { creationTimestamp: new Date(now - secondsAgo * 1000).toISOString() },
      status: { phase: 'Failed' },
    });
  it.each([
    ['no pod failed', [aPod(), aReadyPod()], 0],
    ['one failed at once', [failed(0)], 1000],
    ['several failed at once', [failed(9), failed(4), failed(1)], 3000],
    ['many failed at once', Array.from({ length: 50 }, () => failed(10)), 20_000],
    ['they failed long ago', Array.from({ length: 50 }, () => failed(31)), 0],
    [
      'what failed is on its way out',
      [aPod({ ...failed(0), metadata: { deletionTimestamp: '2026-01-01T01:00:00Z' } })],
      0,
    ],
  ])('where %s', (_, pods, expected) => {
    expect(replacementDelay(pods, now)).toBe(expected);
  });
});

describe('rankForDeletion', () => {
  const cost = (value: string) => ({ 'controller.kubernetes.io/pod-deletion-cost': value });
  const restarted = (count: number) => ({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    containerStatuses: [{ name: 'main', image: '', imageID: '', ready: true, restartCount: count }],
  });
  it.each<[string, Pod, Pod]>([
    ['not assigned before assigned', aPod(named('first')), aPod({ spec: { nodeName: 'n' } })],
    ['pending before running', aPod({ ...named('first'), spec: { nodeName: 'n' } }), aReadyPod()],
    [
      'not ready before ready',
      aReadyPod({ ...named('first'), status: { phase: 'Running', conditions: [] } }),
      aReadyPod(),
    ],
    [
      'cheaper before dearer',
      aReadyPod({ metadata: { name: 'first', annotations: cost('-5') } }),
      aReadyPod({ metadata: { annotations: cost('10') } }),
    ],
    ['ready for a short time before long', aReadyPod(named('first'), '2026-01-01T00:59:00Z'), aReadyPod()],
    [
      'often restarted before seldom',
      aReadyPod({ ...named('first'), status: restarted(3) }),
      aReadyPod({ status: restarted(1) }),
    ],
    [
      'young before old',
      aReadyPod({ metadata: { name: 'first', creationTimestamp: '2026-01-01T00:59:00Z' } }),
      aReadyPod(),
    ],
  ])('%s', (_, first, second) => {
    expect(names(rankForDeletion([second, first], [], now))[0]).toBe('first');
  });

  it('empties crowded nodes first', () => {
    const lonely = aReadyPod({ ...named('lonely'), spec: { nodeName: 'a' } });
    const crowded = aReadyPod({ ...named('crowded'), spec: { nodeName: 'b' } });
    const sibling = aReadyPod({ spec: { nodeName: 'b' } });
    expect(names(rankForDeletion([lonely, crowded], [lonely, crowded, sibling], now))).toEqual(['crowded', 'lonely']);
  });
});

describe('planStatus', () => {
  const labels = { app: 'web' };
  it('counts replicas, labelled, ready, available and terminating ones', () => {
    const set = aReplicaSet({ metadata: { generation: 3 }, spec: { minReadySeconds: 10 } });
    const pods = [
      aReadyPod({ metadata: { labels } }),
      aReadyPod({ metadata: { labels } }, '2026-01-01T00:59:55Z'),
      aPod(),
      aReadyPod({ status: { phase: 'Succeeded' } }),
      aReadyPod({ metadata: { labels, deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      aReadyPod({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      aReadyPod({ metadata: { labels, deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Failed' } }),
    ];
    expect(planStatus(set, pods, now)).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 1,
      terminatingReplicas: 1,
      observedGeneration: 3,
    });
    expect(nextAvailability(pods, 10, now)).toBe(5000);
  });

  it('says why pods could not be made, and takes it back', () => {
    const set = aReplicaSet();
    const failed = planStatus(set, [], now, { reason: 'FailedCreate', message: 'quota' });
    expect(failed.conditions).toEqual([
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'quota',
        lastTransitionTime: '2026-01-01T01:00:00Z',
      },
    ]);
    expect(planStatus({ ...set, status: failed }, [], now).conditions).toBeUndefined();
    expect(sameStatus(failed, planStatus(set, [], now))).toBe(false);
    expect(
      sameStatus(
        failed,
        planStatus({ ...set, status: failed }, [], now + 5000, { reason: 'FailedCreate', message: 'quota' }),
      ),
    ).toBe(true);
  });
});

describe('the cost of a deletion', () => {
  it.each([
    ['-2147483648', ['cheap', 'free']],
    ['1', ['free', 'cheap']],
    ['0', ['cheap', 'free']],
    // What upstream does not read costs nothing, so the younger one goes first.
    ['+1', ['cheap', 'free']],
    ['01', ['cheap', 'free']],
    ['1e3', ['cheap', 'free']],
    ['4294967296', ['cheap', 'free']],
    ['', ['cheap', 'free']],
  ])('of "%s" is read as upstream reads it', (text, expected) => {
    const annotations = { 'controller.kubernetes.io/pod-deletion-cost': text };
    const created = (name: string, creationTimestamp: string, more: object = {}) =>
      aReadyPod({ metadata: { name, creationTimestamp, ...more } });
    const young = created('cheap', '2026-01-01T00:59:59Z', { annotations });
    const old = created('free', '2026-01-01T00:00:00Z');
    expect(names(rankForDeletion([old, young], [], now))).toEqual(expected);
  });
});

describe('slowStart', () => {
  it('doubles its batches', async () => {
    const running: number[] = [];
    let active = 0;
    const { done } = await slowStart(Array(10).fill('pod'), async () => {
      active += 1;
      running.push(active);
      await Promise.resolve();
      active -= 1;
      return active;
    });
    expect(done).toHaveLength(10);
    expect(running).toEqual([1, 1, 2, 1, 2, 3, 4, 1, 2, 3]);
  });

  it('stops at the first failing batch', async () => {
    let calls = 0;
    const result = await slowStart(Array(100).fill('pod'), async () => {
      calls += 1;
      if (calls > 1) throw new Error('quota');
      return calls;
    });
    expect(result).toEqual({ done: [1], failure: new Error('quota') });
    expect(calls).toBe(3);
  });
});
