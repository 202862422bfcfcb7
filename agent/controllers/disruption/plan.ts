/**
 * What the status of a disruption budget should be. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/disruption/disruption.go
 */
import { findCondition } from '../../api/conditions.ts';
import { scaledUp } from '../../api/int-or-string.ts';
import { isPodReady, isPodTerminal } from '../../api/pods.ts';
import {
  disruptionCondition,
  syncFailed,
  withAllowance,
  withDisruptionCondition,
} from '../../api/policy/disruptions.ts';
import type { Pod, PodDisruptionBudget, policy } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';

type Status = policy.PodDisruptionBudgetStatus;

/** How long a pod whose eviction was allowed may take to be deleted, in milliseconds. */
const deletionTimeout = 2 * 60_000;

/** How long a pod may live on with the condition DisruptionTarget, in milliseconds. */
const staleDisruptionTimeout = 2 * 60_000;

/** Whether the desired number depends on the scale of the pods' controllers. */
export const dependsOnScale = ({ maxUnavailable, minAvailable }: policy.PodDisruptionBudgetSpec): boolean =>
  maxUnavailable !== undefined || typeof minAvailable === 'string';

/** `scale` is the sum over the pods' controllers. Throws on text that is no percentage. */
export function expectedCounts(
  { maxUnavailable, minAvailable }: policy.PodDisruptionBudgetSpec,
  pods: readonly Pod[],
  scale: number,
): { expectedPods: number; desiredHealthy: number } {
  if (maxUnavailable !== undefined) {
    return { expectedPods: scale, desiredHealthy: Math.max(0, scale - scaledUp(maxUnavailable, scale)) };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
  const expectedPods = typeof minAvailable === 'number' ? pods.length : scale;
  return { expectedPods, desiredHealthy: scaledUp(minAvailable, scale) };
}

export interface Disrupted {
  /** Pods whose eviction was allowed and that are not deleted yet: name to time. */
  waiting: Record<string, string>;
  /** Pods that were not deleted in time. */
  kept: Pod[];
  /** Milliseconds until the next of those that wait is out of time. */
  recheckAfter?: number;
}

export function planDisrupted(pods: readonly Pod[], status: Status | undefined, now: number): Disrupted {
  const disrupted: Disrupted = { waiting: {}, kept: [] };
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const at = status?.disruptedPods?.[name];
    if (deletionTimestamp || at === undefined) continue;
    const left = Date.parse(at) + deletionTimeout - now;
    if (left < 0) disrupted.kept.push(pod);
    else {
      disrupted.waiting[name] = at;
      disrupted.recheckAfter = Math.min(disrupted.recheckAfter ?? left, left);
    }
  }
  return disrupted;
}

const countHealthy = (pods: readonly Pod[], { waiting }: Disrupted): number =>
  pods.filter((pod) => !pod.metadata.deletionTimestamp && !waiting[pod.metadata.name] && isPodReady(pod)).length;

/** A budget that expects no pods allows no disruption: its first pods may be seen later than their eviction. */
export function planStatus(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  { expectedPods, desiredHealthy }: { expectedPods: number; desiredHealthy: number },
  disrupted: Disrupted,
  now: number,
): Status {
  const currentHealthy = countHealthy(pods, disrupted);
  const { conditions } = budget.status ?? {};
  const status: Status = {
    observedGeneration: budget.metadata.generation ?? 0,
    ...(Object.keys(disrupted.waiting).length > 0 ? { disruptedPods: disrupted.waiting } : {}),
    disruptionsAllowed: expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy),
    currentHealthy,
    desiredHealthy,
    expectedPods,
    ...(conditions ? { conditions } : {}),
  };
  return withAllowance(status, timestamp(now));
}

/** Nothing may be disrupted while nobody knows how many pods there should be. */
export function failedStatus({ status }: PodDisruptionBudget, message: string, now: number): Status {
  const before = status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 };
  return withDisruptionCondition({ ...before, disruptionsAllowed: 0 }, { reason: syncFailed, message }, timestamp(now));
}

const numbers = [
  'currentHealthy',
  'desiredHealthy',
  'expectedPods',
  'disruptionsAllowed',
  'observedGeneration',
] as const;

export function sameStatus(before: Status | undefined, after: Status): boolean {
  if (!before || numbers.some((field) => (before[field] ?? 0) !== (after[field] ?? 0))) return false;
  const pods = ({ disruptedPods = {} }: Status) => JSON.stringify(Object.entries(disruptedPods).sort());
  return (
    pods(before) === pods(after) &&
    JSON.stringify(disruptionCondition(before)) === JSON.stringify(disruptionCondition(after))
  );
}

/**
 * Milliseconds until the pod's condition DisruptionTarget is out of date: it was said to be ended and lives on.
 * Undefined if it never is: the kubelet's own may take any time, and finished pods keep theirs.
 */
export function staleDisruptionAfter(pod: Pod, now: number): number | undefined {
  const target = findCondition(pod.status?.conditions, 'DisruptionTarget');
  if (target?.status !== 'True' || target.reason === 'TerminationByKubelet') return undefined;
  if (pod.metadata.deletionTimestamp || isPodTerminal(pod)) return undefined;
  return Math.max(0, Date.parse(target.lastTransitionTime ?? '') + staleDisruptionTimeout - now) || 0;
}
