/**
 * Plans the next actions for a replica set. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/replicaset/replica_set.go
 */

import { isPodActive, isPodAvailable, isPodReady, isPodTerminating } from '../../api/pods.ts';
import { selects } from '../../api/selectors.ts';
import type { apps, Pod, ReplicaSet } from '../../api/types.ts';
import { rankForDeletion } from '../shared/ranking.ts';

/** The maximum of creations or deletions in one reconcile. */
const burstReplicas = 500;

export type ReplicaPlan = { kind: 'none' } | { kind: 'create'; count: number } | { kind: 'delete'; pods: Pod[] };

/** `related` are the active pods of all replica sets of the same controller; they tell which nodes are crowded. */
export function planReplicas(
  desired: number,
  active: readonly Pod[],
  related: readonly Pod[],
  now: number,
): ReplicaPlan {
  const missing = desired - active.length;
  if (missing === 0) return { kind: 'none' };
  if (missing > 0) return { kind: 'create', count: Math.min(missing, burstReplicas) };
  const count = Math.min(-missing, burstReplicas);
  return { kind: 'delete', pods: rankForDeletion(active, related, now).slice(0, count) };
}

/** In milliseconds. */
const maxReplacementDelay = 30_000;

/**
 * Milliseconds until more pods may be created. A node that rejects a pod also rejects the next one, at once and
 * repeatedly. The delay counts from the creation of the youngest failed pod, so a pod that ran for a while is replaced
 * at once. Upstream has this in the daemon set controller (`failedPodsBackoff`); its replica set controller relies on
 * client rate limits.
 */
export function replacementDelay(owned: readonly Pod[], now: number): number {
  const failed = owned.filter(({ status, metadata }) => status?.phase === 'Failed' && !metadata.deletionTimestamp);
  if (failed.length === 0) return 0;
  const youngest = Math.max(...failed.map(({ metadata }) => Date.parse(metadata.creationTimestamp)));
  return Math.max(0, youngest + Math.min(1000 * 2 ** (failed.length - 1), maxReplacementDelay) - now);
}

const isSubset = (labels: Record<string, string> = {}, of: Record<string, string> = {}): boolean =>
  Object.entries(labels).every(([key, value]) => of[key] === value);

/** `failure` tells why creating or deleting pods failed in this reconcile. */
export function planStatus(
  replicaSet: ReplicaSet,
  owned: readonly Pod[],
  now: number,
  failure?: { reason: 'FailedCreate' | 'FailedDelete'; message: string },
): apps.ReplicaSetStatus {
  const active = owned.filter(isPodActive);
  const { minReadySeconds = 0, selector, template } = replicaSet.spec;
  const before = replicaSet.status;
  const conditions = (before?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  const known = before?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (failure) {
    const lastTransitionTime = known?.lastTransitionTime ?? new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    const { reason, message } = failure;
    conditions.push({ type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime });
  }
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => isSubset(template?.metadata?.labels, pod.metadata.labels)).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    terminatingReplicas: owned.filter((pod) => isPodTerminating(pod) && selects(selector, pod.metadata.labels)).length,
    observedGeneration: replicaSet.metadata.generation ?? 0,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

const counts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
] as const;

export function sameStatus(a: apps.ReplicaSetStatus | undefined, b: apps.ReplicaSetStatus): boolean {
  if (!a || counts.some((field) => (a[field] ?? 0) !== (b[field] ?? 0))) return false;
  if (a.terminatingReplicas !== b.terminatingReplicas) return false;
  const failure = (status: apps.ReplicaSetStatus) =>
    (status.conditions ?? []).map(({ type, status: value, reason, message }) => [type, value, reason, message]);
  return JSON.stringify(failure(a)) === JSON.stringify(failure(b));
}
