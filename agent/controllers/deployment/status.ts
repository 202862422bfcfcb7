/**
 * The status and conditions of a deployment, in upstream's words.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/deployment/progress.go
 */

import { canonicalJson } from '../../api/hash.ts';
import type { apps, Deployment, ReplicaSet } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { withoutZeros } from '../shared/counts.ts';
import { fenceposts } from './plan.ts';
import { replicasOf, specReplicas, statusReplicas, terminatingReplicas } from './replica-sets.ts';

type Status = apps.DeploymentStatus;
type Condition = apps.DeploymentCondition;

export const conditionOf = (status: Status | undefined, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Upstream's SetDeploymentCondition: a condition with the same status and reason counts as unchanged. */
export function withCondition(
  conditions: readonly Condition[],
  next: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: number,
): Condition[] {
  const known = conditions.find(({ type }) => type === next.type);
  if (known && known.status === next.status && known.reason === next.reason) return [...conditions];
  const at = timestamp(now);
  const lastTransitionTime = known?.status === next.status ? known.lastTransitionTime : at;
  return [...without(conditions, next.type), { ...next, lastUpdateTime: at, lastTransitionTime }];
}

export const without = (conditions: readonly Condition[], type: string): Condition[] =>
  conditions.filter((condition) => condition.type !== type);

export const hasProgressDeadline = ({ spec }: Deployment): boolean =>
  spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2_147_483_647;

/**
 * The counts and the condition Available, from the replica sets. `now` is in milliseconds since the epoch. Upstream's
 * calculateStatus.
 */
export function countStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): Status {
  const available = statusReplicas(all, 'availableReplicas');
  const terminating = terminatingReplicas(all);
  const enough = available >= replicasOf(deployment) - fenceposts(deployment).unavailable;
  const { conditions = [], collisionCount } = deployment.status ?? {};
  const minimum = {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
  };
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: statusReplicas(all, 'replicas'),
    updatedReplicas: newSet ? statusReplicas([newSet], 'replicas') : 0,
    readyReplicas: statusReplicas(all, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, specReplicas(all) - available),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(conditions, minimum, now),
  };
}

/** True if all replicas are updated and available, and no old ones remain. */
export function isComplete({ spec, metadata }: Deployment, status: Status | undefined): boolean {
  const desired = spec.replicas ?? 1;
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

function hasProgressed(before: Status | undefined, after: Status): boolean {
  const count = (
    status: Status | undefined,
    field: 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas',
  ) => status?.[field] ?? 0;
  const old = (status: Status | undefined) => count(status, 'replicas') - count(status, 'updatedReplicas');
  return (
    count(after, 'updatedReplicas') > count(before, 'updatedReplicas') ||
    old(after) < old(before) ||
    count(after, 'readyReplicas') > count(before, 'readyReplicas') ||
    count(after, 'availableReplicas') > count(before, 'availableReplicas')
  );
}

/** When the rollout must have made progress, in milliseconds since the epoch; undefined without a running deadline. */
export function progressDeadline(deployment: Deployment, status: Status | undefined): number | undefined {
  const progressing = conditionOf(status, 'Progressing');
  if (!hasProgressDeadline(deployment) || deployment.spec.paused || !progressing) return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'ProgressDeadlineExceeded')
    return undefined;
  return Date.parse(progressing.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;
}

function withProgress(
  deployment: Deployment,
  status: Status,
  newSet: ReplicaSet | undefined,
  now: number,
): Condition[] {
  const conditions = status.conditions ?? [];
  const current = conditionOf(deployment.status, 'Progressing');
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const set = (value: string, reason: string, verb: string, from = conditions) =>
    withCondition(
      from,
      { type: 'Progressing', status: value, reason, message: `${subject} ${verb} progressing.` },
      now,
    );
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(
      conditions,
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message },
      now,
    );
  }
  if (hasProgressed(deployment.status, status)) {
    // Set the condition even if the reason is the same: the deadline counts from its update time.
    const fresh = set('True', 'ReplicaSetUpdated', 'is', without(conditions, 'Progressing'));
    return fresh.map((each) =>
      each.type === 'Progressing' && current?.status === 'True'
        ? { ...each, lastTransitionTime: current.lastTransitionTime }
        : each,
    );
  }
  const deadline = progressDeadline(deployment, deployment.status);
  if (deadline !== undefined && deadline < now) return set('False', 'ProgressDeadlineExceeded', 'has timed out');
  return conditions;
}

/** Copies a failure of the new replica set, or else of any other, to the deployment. */
function withFailure(
  conditions: Condition[],
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): Condition[] {
  const failureOf = (set: ReplicaSet | undefined) =>
    set?.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  const failure = failureOf(newSet) ?? all.map(failureOf).find(Boolean);
  if (!failure) return without(conditions, 'ReplicaFailure');
  const { status, reason, message } = failure;
  return withCondition(conditions, { type: 'ReplicaFailure', status, reason, message }, now);
}

/** The status during and after a rollout. Upstream's syncRolloutStatus. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): Status {
  const status = countStatus(deployment, all, newSet, now);
  const finished = conditionOf(deployment.status, 'Progressing')?.reason === 'NewReplicaSetAvailable';
  const settled = finished && status.replicas === status.updatedReplicas;
  let conditions = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) conditions = without(conditions, 'Progressing');
  else if (!settled) conditions = withProgress(deployment, status, newSet, now);
  return { ...status, conditions: withFailure(conditions, all, newSet, now) };
}

/**
 * The status in its wire form, without counts of zero. `terminatingReplicas: 0` stays, because its absence means that
 * it was not counted.
 */
export const countedStatus = (status: Status): Status => withoutZeros(status, ['terminatingReplicas']);

export const sameStatus = (a: Status | undefined, b: Status): boolean =>
  canonicalJson(countedStatus(a ?? {})) === canonicalJson(countedStatus(b));
