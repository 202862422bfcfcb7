/**
 * The arithmetic of rollouts and scaling: which replica set gets how many replicas next. Pure.
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/pkg/controller/deployment (rolling.go, recreate.go,
 * sync.go)
 */
import { scaledDown, scaledUp } from '../../api/int-or-string.ts';
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { compareRevisions } from '../shared/revisions.ts';
import {
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  olderFirst,
  replicasOf,
  revisionOf,
  specReplicas,
  statusReplicas,
} from './replica-sets.ts';

export interface Scaling {
  set: ReplicaSet;
  replicas: number;
}

export interface Rollout {
  deployment: Deployment;
  /** Absent if it has not been created yet. */
  newSet?: ReplicaSet;
  oldSets: readonly ReplicaSet[];
}

const isRolling = (deployment: Deployment): boolean => deployment.spec.strategy?.type !== 'Recreate';

/** Upstream's ResolveFenceposts, capped: surge rounds up, unavailable rounds down, and at least one is above zero. */
export function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const desired = replicasOf(deployment);
  if (!isRolling(deployment) || desired === 0) return { surge: 0, unavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaledUp(maxSurge, desired);
  const unavailable = scaledDown(maxUnavailable, desired);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, desired) };
}

const active = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter((set) => replicasOf(set) > 0);
const allOf = ({ newSet, oldSets }: Rollout): ReplicaSet[] => (newSet ? [...oldSets, newSet] : [...oldSets]);

/** How many replicas the new replica set may have now. */
export function newReplicas(rollout: Rollout): number {
  const desired = replicasOf(rollout.deployment);
  const current = rollout.newSet ? replicasOf(rollout.newSet) : 0;
  if (!isRolling(rollout.deployment)) return desired;
  if (current > desired) return desired;
  const total = specReplicas(allOf(rollout));
  const most = desired + fenceposts(rollout.deployment).surge;
  return total >= most ? current : current + Math.min(most - total, desired - current);
}

/** Scales down unavailable old replicas first, which does not reduce availability. */
function planUnhealthy(oldSets: readonly ReplicaSet[], limit: number): Scaling[] {
  const result: Scaling[] = [];
  let left = limit;
  for (const set of [...oldSets].sort(olderFirst)) {
    const replicas = replicasOf(set);
    const count = Math.min(left, replicas - (set.status?.availableReplicas ?? 0));
    if (count <= 0) continue;
    result.push({ set, replicas: replicas - count });
    left -= count;
  }
  return result;
}

/** Scales old replica sets down without going below the minimum of available replicas. */
export function planOld(rollout: Rollout & { newSet: ReplicaSet }): Scaling[] {
  const { deployment, newSet, oldSets } = rollout;
  if (specReplicas(oldSets) === 0) return [];
  const minAvailable = replicasOf(deployment) - fenceposts(deployment).unavailable;
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const maxScaleDown = specReplicas(allOf(rollout)) - minAvailable - newUnavailable;
  if (maxScaleDown <= 0) return [];
  const target = new Map(planUnhealthy(active(oldSets), maxScaleDown).map((each) => [each.set, each.replicas]));
  let left = statusReplicas(allOf(rollout), 'availableReplicas') - minAvailable;
  for (const set of active(oldSets).sort(olderFirst)) {
    const replicas = target.get(set) ?? replicasOf(set);
    const count = Math.min(replicas, left);
    if (count <= 0) continue;
    target.set(set, replicas - count);
    left -= count;
  }
  return [...target].map(([set, replicas]) => ({ set, replicas }));
}

/** The next step of a rolling update: first scale the new set up, then the old sets down. */
export function planRolling(rollout: Rollout & { newSet: ReplicaSet }): Scaling[] {
  const replicas = newReplicas(rollout);
  return replicas === replicasOf(rollout.newSet) ? planOld(rollout) : [{ set: rollout.newSet, replicas }];
}

/** True if a user or an autoscaler changed `spec.replicas` since the replica sets were last scaled. */
export function isScalingEvent({ deployment, newSet, oldSets }: Rollout): boolean {
  const desired = String(replicasOf(deployment));
  return active(newSet ? [newSet, ...oldSets] : oldSets).some((set) => {
    const before = set.metadata.annotations?.[desiredReplicasAnnotation];
    return before !== undefined && before !== desired;
  });
}

const isSaturated = (deployment: Deployment, set: ReplicaSet | undefined): boolean => {
  const desired = replicasOf(deployment);
  if (!set) return false;
  const annotated = Number(set.metadata.annotations?.[desiredReplicasAnnotation]);
  return replicasOf(set) === desired && annotated === desired && (set.status?.availableReplicas ?? 0) === desired;
};

/** The replicas that this replica set gains or loses when a change of size is distributed proportionally. */
function proportion(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  const replicas = replicasOf(set);
  if (replicas === 0 || toAdd === added) return 0;
  const desired = replicasOf(deployment);
  const before = Number(set.metadata.annotations?.[maxReplicasAnnotation]) || deployment.status?.replicas || desired;
  const most = desired + fenceposts(deployment).surge;
  const share = desired === 0 ? -replicas : Math.round((replicas * most) / before) - replicas;
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(share, allowed) : Math.max(share, allowed);
}

function planProportional({ deployment, newSet, oldSets }: Rollout): Scaling[] {
  const sets = active(newSet ? [...oldSets, newSet] : oldSets);
  const desired = replicasOf(deployment);
  const toAdd = (desired > 0 ? desired + fenceposts(deployment).surge : 0) - specReplicas(sets);
  // Larger sets get a larger share. Of sets of equal size, the newer one grows first and the older one shrinks first.
  sets.sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? olderFirst(b, a) : olderFirst(a, b)));
  let added = 0;
  const plan = sets.map((set) => {
    const share = toAdd === 0 ? 0 : proportion(set, deployment, toAdd, added);
    added += share;
    return { set, replicas: replicasOf(set) + share };
  });
  const first = plan[0];
  if (first && toAdd !== 0) first.replicas = Math.max(0, first.replicas + toAdd - added);
  return plan;
}

/**
 * Plans a change of size outside a rollout step or while paused. Scaling to the current size only refreshes
 * annotations.
 */
export function planScale(rollout: Rollout): Scaling[] {
  const { deployment, newSet, oldSets } = rollout;
  const running = active(allOf(rollout));
  const only = running.length <= 1 ? (running[0] ?? newSet ?? [...oldSets].sort(olderFirst).at(-1)) : undefined;
  if (only) return [{ set: only, replicas: replicasOf(deployment) }];
  if (isSaturated(deployment, newSet)) return active(oldSets).map((set) => ({ set, replicas: 0 }));
  return isRolling(deployment) ? planProportional(rollout) : [];
}

/** The old replica sets beyond `spec.revisionHistoryLimit`, oldest revision first. */
export function planCleanup(deployment: Deployment, oldSets: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const alive = oldSets.filter((set) => !set.metadata.deletionTimestamp);
  return alive
    .sort((a, b) => compareRevisions(revisionOf(a), revisionOf(b)))
    .slice(0, Math.max(0, alive.length - limit))
    .filter((set) => {
      const observed = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0);
      return observed && replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0;
    });
}
