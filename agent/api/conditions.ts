/** Conditions of a status: read, and set without touching the time where nothing changed. */

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export const findCondition = <C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined => conditions?.find((condition) => condition.type === type);

export const isConditionTrue = (
  conditions: readonly { type: string; status: string }[] | undefined,
  type: string,
): boolean => findCondition(conditions, type)?.status === 'True';

/** A new list with the condition in it; `lastTransitionTime` stays where the status is the same. */
export function withCondition<C extends Condition>(conditions: readonly C[] | undefined, condition: C): C[] {
  const all = conditions ?? [];
  const old = findCondition(all, condition.type);
  if (!old) return [...all, condition];
  const same = old.status === condition.status && Boolean(old.lastTransitionTime);
  const next = same ? { ...condition, lastTransitionTime: old.lastTransitionTime } : condition;
  return all.map((each) => (each.type === condition.type ? next : each));
}
