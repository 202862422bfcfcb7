/**
 * What the API server's eviction and the disruption controller both say about a budget.
 * https://github.com/kubernetes/component-helpers/blob/release-1.36/apps/poddisruptionbudget/helpers.go
 */
import { findCondition } from '../conditions.ts';
import type { policy } from '../types.ts';

type Status = policy.PodDisruptionBudgetStatus;
type BudgetCondition = NonNullable<Status['conditions']>[number];

const disruptionAllowed = 'DisruptionAllowed';
export const syncFailed = 'SyncFailed';

export const disruptionCondition = ({ conditions }: Pick<Status, 'conditions'>): BudgetCondition | undefined =>
  findCondition(conditions, disruptionAllowed);

/** `now` in RFC 3339. The time of the last transition stays where the status is the same. */
export function withDisruptionCondition(
  status: Status,
  { reason, message }: { reason: string; message: string },
  now: string,
): Status {
  const value = reason === 'SufficientPods' ? 'True' : 'False';
  const old = disruptionCondition(status);
  const condition: BudgetCondition = {
    type: disruptionAllowed,
    status: value,
    observedGeneration: status.observedGeneration ?? 0,
    lastTransitionTime: old?.status === value ? old.lastTransitionTime : now,
    reason,
    message,
  };
  const others = (status.conditions ?? []).filter(({ type }) => type !== disruptionAllowed);
  return { ...status, conditions: [...others, condition] };
}

/** With the condition that follows from how many disruptions are allowed. */
export const withAllowance = (status: Status, now: string): Status =>
  withDisruptionCondition(
    status,
    { reason: (status.disruptionsAllowed ?? 0) > 0 ? 'SufficientPods' : 'InsufficientPods', message: '' },
    now,
  );
