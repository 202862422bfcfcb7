import { describe, expect, it } from 'vitest';
import type { apps } from '../../../../agent/api/types.ts';
import {
  countedStatus,
  isComplete,
  progressDeadline,
  rolloutStatus,
  sameStatus,
} from '../../../../agent/controllers/deployment/status.ts';
import { aDeployment, aReplicaSet } from '../../../builders/objects.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const progressing = (status: string, reason: string, lastUpdateTime: string): apps.DeploymentCondition => ({
  type: 'Progressing',
  status,
  reason,
  message: '',
  lastUpdateTime,
  lastTransitionTime: lastUpdateTime,
});
const setWith = (replicas: number, available: number) =>
  aReplicaSet({
    metadata: { name: 'web-abc' },
    spec: { replicas },
    status: { replicas, readyReplicas: available, availableReplicas: available },
  });
const reasonsOf = (status: apps.DeploymentStatus) =>
  Object.fromEntries((status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]));

describe('terminating pods', () => {
  const counted = (terminating: number | undefined, observedGeneration?: number) =>
    aReplicaSet({ status: { replicas: 1, observedGeneration, terminatingReplicas: terminating } });
  it.each([
    ['are those of all replica sets', [counted(1, 1), counted(2, 4)], 3],
    ['are none where there is no replica set', [], 0],
    ['are none of a replica set that nobody has counted yet', [counted(2, 1), counted(undefined)], 2],
    ['are not known where an earlier release counted the rest', [counted(2, 1), counted(undefined, 1)], undefined],
  ])('%s', (_, sets, expected) => {
    const deployment = aDeployment();
    const status = rolloutStatus(deployment, sets, undefined, now);
    expect(status.terminatingReplicas).toBe(expected);
    expect(countedStatus(status).terminatingReplicas).toBe(expected);
  });

  it('that are none differ from those that are not known', () => {
    expect(sameStatus({ replicas: 1 }, { replicas: 1, terminatingReplicas: 0 })).toBe(false);
    expect(sameStatus({ replicas: 1 }, { replicas: 1, updatedReplicas: 0 })).toBe(true);
  });
});

describe('rolloutStatus', () => {
  it('counts and says that it is available and complete', () => {
    const deployment = aDeployment({ metadata: { generation: 2 }, spec: { replicas: 2 } });
    const newSet = setWith(2, 2);
    const status = rolloutStatus(deployment, [newSet], newSet, now);
    expect(status).toMatchObject({
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      unavailableReplicas: 0,
    });
    expect(status.conditions).toEqual([
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
        lastUpdateTime: '2026-01-01T01:00:00Z',
        lastTransitionTime: '2026-01-01T01:00:00Z',
      },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: 'ReplicaSet "web-abc" has successfully progressed.',
        lastUpdateTime: '2026-01-01T01:00:00Z',
        lastTransitionTime: '2026-01-01T01:00:00Z',
      },
    ]);
    expect(isComplete(deployment, status)).toBe(true);
  });

  it('says that it progresses, and keeps the time of the transition', () => {
    const conditions = [progressing('True', 'NewReplicaSetCreated', '2026-01-01T00:50:00Z')];
    const deployment = aDeployment({ spec: { replicas: 3 }, status: { conditions, replicas: 1, updatedReplicas: 1 } });
    const newSet = setWith(3, 1);
    const status = rolloutStatus(deployment, [newSet], newSet, now);
    expect(reasonsOf(status)).toEqual({
      Available: 'False MinimumReplicasUnavailable',
      Progressing: 'True ReplicaSetUpdated',
    });
    expect(status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      message: 'ReplicaSet "web-abc" is progressing.',
      lastUpdateTime: '2026-01-01T01:00:00Z',
      lastTransitionTime: '2026-01-01T00:50:00Z',
    });
  });

  it('gives up after the deadline without progress', () => {
    const conditions = [progressing('True', 'ReplicaSetUpdated', '2026-01-01T00:49:59Z')];
    const deployment = aDeployment({ spec: { replicas: 1 }, status: { conditions, replicas: 1, updatedReplicas: 1 } });
    const newSet = setWith(1, 0);
    const status = rolloutStatus(deployment, [newSet], newSet, now);
    expect(status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-abc" has timed out progressing.',
    });
  });

  it('stays complete when a pod is replaced', () => {
    const conditions = [progressing('True', 'NewReplicaSetAvailable', '2026-01-01T00:00:00Z')];
    const deployment = aDeployment({ spec: { replicas: 2 }, status: { conditions, replicas: 2, updatedReplicas: 2 } });
    const newSet = setWith(2, 1);
    expect(reasonsOf(rolloutStatus(deployment, [newSet], newSet, now)).Progressing).toBe('True NewReplicaSetAvailable');
  });

  it('passes the replica set’s failure on', () => {
    const failing = setWith(1, 0);
    const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' };
    const newSet = { ...failing, status: { replicas: 0, conditions: [failure] } };
    const status = rolloutStatus(aDeployment(), [newSet], newSet, now);
    expect(reasonsOf(status).ReplicaFailure).toBe('True FailedCreate');
  });

  it('has no progress condition without a deadline', () => {
    const deployment = aDeployment({ spec: { progressDeadlineSeconds: undefined } });
    const newSet = setWith(1, 1);
    expect(reasonsOf(rolloutStatus(deployment, [newSet], newSet, now))).toEqual({
      Available: 'True MinimumReplicasAvailable',
    });
  });
});

describe('progressDeadline', () => {
  it.each<[string, string, boolean, number | undefined]>([
    ['runs while a rollout progresses', 'ReplicaSetUpdated', false, Date.parse('2026-01-01T00:20:00Z')],
    ['does not run when complete', 'NewReplicaSetAvailable', false, undefined],
    ['does not run when it is over', 'ProgressDeadlineExceeded', false, undefined],
    ['does not run while paused', 'ReplicaSetUpdated', true, undefined],
  ])('%s', (_, reason, paused, expected) => {
    const status = { conditions: [progressing('True', reason, '2026-01-01T00:10:00Z')] };
    expect(progressDeadline(aDeployment({ spec: { paused } }), status)).toBe(expected);
  });
});

describe('sameStatus', () => {
  it('does not tell zero from absent', () => {
    expect(sameStatus({ replicas: 1 }, { replicas: 1, unavailableReplicas: 0 })).toBe(true);
    expect(sameStatus({ replicas: 1 }, { replicas: 2 })).toBe(false);
  });
});
