/**
 * What a replica set does next, as data.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/replicaset/replica_set.go
 */

import { isPodActive, isPodAvailable, isPodReady } from '../../api/pods.ts';
import type { apps, meta, Pod, ReplicaSet } from '../../api/types.ts';
import { readySince } from '../shared/pods.ts';

/** At most this many creations or deletions in one reconcile. */
const burstReplicas = 500;

export type ReplicaPlan = { kind: 'none' } | { kind: 'create'; count: number } | { kind: 'delete'; pods: Pod[] };

/** `related` are the active pods of all replica sets of the same controller: they decide where it is crowded. */
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

/** Milliseconds. */
const longestReplacement = 30_000;

/**
 * Milliseconds until further pods are made: a node that refuses a pod refuses the next one as well, at once and for as
 * long as it is asked. Counts from when the youngest failed pod was made, so a pod that ran for a while is replaced at
 * once. Upstream has this in the daemon set controller (`failedPodsBackoff`), and in this one its limit of requests.
 */
export function replacementDelay(owned: readonly Pod[], now: number): number {
  const failed = owned.filter(({ status, metadata }) => status?.phase === 'Failed' && !metadata.deletionTimestamp);
  if (failed.length === 0) return 0;
  const youngest = Math.max(...failed.map(({ metadata }) => Date.parse(metadata.creationTimestamp)));
  return Math.max(0, youngest + Math.min(1000 * 2 ** (failed.length - 1), longestReplacement) - now);
}

const phaseRank: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const deletionCost = (pod: Pod): number =>
  Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;

function maxRestarts(pod: Pod): number {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

/** Ages in powers of two: of pods of about the same age not always the same one goes. */
const ageBucket = (since: number, now: number): number => (now - since <= 0 ? 0 : Math.floor(Math.log2(now - since)));

/** Later first, by the magnitude of the age; ties by uid. */
function newerFirst(a: Pod, b: Pod, since: (pod: Pod) => number, now: number): number {
  const difference = ageBucket(since(a), now) - ageBucket(since(b), now);
  if (difference !== 0) return difference;
  return a.metadata.uid < b.metadata.uid ? -1 : Number(a.metadata.uid > b.metadata.uid);
}

/**
 * First to go first: unassigned, pending, not ready, cheap (`pod-deletion-cost`), on a crowded node, ready for a short
 * time, often restarted, young. Upstream's ActivePodsWithRanks.
 */
export function rankForDeletion(pods: readonly Pod[], related: readonly Pod[], now: number): Pod[] {
  const crowd = new Map<string, number>();
  for (const { spec } of related) if (spec.nodeName) crowd.set(spec.nodeName, (crowd.get(spec.nodeName) ?? 0) + 1);
  const crowdOf = (pod: Pod) => crowd.get(pod.spec.nodeName ?? '') ?? 0;
  const rules: ((a: Pod, b: Pod) => number)[] = [
    (a, b) => Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)),
    (a, b) => (phaseRank[a.status?.phase ?? 'Pending'] ?? 0) - (phaseRank[b.status?.phase ?? 'Pending'] ?? 0),
    (a, b) => Number(isPodReady(a)) - Number(isPodReady(b)),
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => crowdOf(b) - crowdOf(a),
    (a, b) => {
      const [since, other] = [readySince(a), readySince(b)];
      if (since === undefined || other === undefined || since === other) return 0;
      return newerFirst(a, b, (pod) => readySince(pod) ?? 0, now);
    },
    (a, b) => maxRestarts(b) - maxRestarts(a),
    (a, b) => newerFirst(a, b, (pod) => Date.parse(pod.metadata.creationTimestamp), now),
  ];
  return [...pods].sort((a, b) => {
    for (const rule of rules) {
      const order = rule(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

const isSubset = (labels: Record<string, string> = {}, of: Record<string, string> = {}): boolean =>
  Object.entries(labels).every(([key, value]) => of[key] === value);

/** `failure` is why creating or deleting pods failed in this reconcile. */
export function planStatus(
  replicaSet: ReplicaSet,
  owned: readonly Pod[],
  now: number,
  failure?: { reason: 'FailedCreate' | 'FailedDelete'; message: string },
): apps.ReplicaSetStatus {
  const active = owned.filter(isPodActive);
  const { minReadySeconds = 0, template } = replicaSet.spec;
  const before = replicaSet.status;
  const conditions = (before?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  const known = before?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (failure) {
    const lastTransitionTime = known?.lastTransitionTime ?? new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    conditions.push({ type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime });
  }
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => isSubset(template?.metadata?.labels, pod.metadata.labels)).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
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
  const failure = (status: apps.ReplicaSetStatus) =>
    (status.conditions ?? []).map(({ type, status: value, reason, message }) => [type, value, reason, message]);
  return JSON.stringify(failure(a)) === JSON.stringify(failure(b));
}

/** Milliseconds until the next ready pod becomes available; undefined where none is waiting. */
export function nextAvailability(replicaSet: ReplicaSet, owned: readonly Pod[], now: number): number | undefined {
  const wait = (replicaSet.spec.minReadySeconds ?? 0) * 1000;
  const left = owned
    .filter((pod) => isPodActive(pod) && isPodReady(pod) && !isPodAvailable(pod, wait / 1000, now))
    .map((pod) => (readySince(pod) ?? now) + wait - now);
  return left.length > 0 ? Math.max(1, Math.min(...left)) : undefined;
}

/** A pod from the template; the server makes its name. */
export function podFromTemplate(owner: ReplicaSet, reference: meta.OwnerReference) {
  const template = owner.spec.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      labels: template?.metadata?.labels,
      annotations: template?.metadata?.annotations,
      finalizers: template?.metadata?.finalizers,
      ownerReferences: [reference],
    },
    spec: template?.spec ?? { containers: [] },
  };
}
