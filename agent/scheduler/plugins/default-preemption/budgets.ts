import type { DisruptionBudget } from '../../framework/handle.ts';
import type { PodInfo } from '../../framework/info.ts';
import { compileSelector } from '../../framework/selector.ts';

/** As in upstream's preemption, a budget with an absent or empty selector protects no pods. */
const isEmpty = ({ selector }: DisruptionBudget): boolean =>
  Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0;

/**
 * Splits pods into those whose eviction would violate a budget and the others, each in the given order. Earlier pods
 * use up the allowed disruptions first.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
 * (filterPodsWithPDBViolation)
 */
export function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly DisruptionBudget[],
): { violating: PodInfo[]; others: PodInfo[] } {
  const left = budgets
    .filter((budget) => !isEmpty(budget))
    .map((budget) => ({ ...budget, allowed: budget.disruptionsAllowed, selects: compileSelector(budget.selector) }));
  const violates = ({ pod }: PodInfo): boolean => {
    const { labels, name, namespace } = pod.metadata;
    let broken = false;
    for (const budget of left) {
      if (budget.namespace !== namespace || !labels || !budget.selects(labels)) continue;
      if (budget.disruptedPods.has(name)) continue;
      budget.allowed -= 1;
      broken ||= budget.allowed < 0;
    }
    return broken;
  };
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) (violates(info) ? violating : others).push(info);
  return { violating, others };
}
