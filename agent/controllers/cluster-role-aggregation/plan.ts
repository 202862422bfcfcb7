/**
 * The rules of a cluster role that gathers those of others. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go
 */
import { isEqual } from '../../api/json/value.ts';
import { selects } from '../../api/selectors.ts';
import type { ClusterRole, rbac } from '../../api/types.ts';

const byName = (a: ClusterRole, b: ClusterRole): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/**
 * Selector by selector, and by name within each; every rule once. Undefined where the role gathers nothing, or has
 * these rules already.
 */
export function planRules(role: ClusterRole, all: readonly ClusterRole[]): rbac.PolicyRule[] | undefined {
  if (!role.aggregationRule) return undefined;
  const others = all.filter(({ metadata }) => metadata.name !== role.metadata.name).sort(byName);
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  const rules: rbac.PolicyRule[] = [];
  for (const selector of selectors) {
    const gathered = others.filter(({ metadata }) => selects(selector, metadata.labels));
    for (const rule of gathered.flatMap((other) => other.rules ?? [])) {
      if (!rules.some((each) => isEqual(each, rule))) rules.push(rule);
    }
  }
  return isEqual(rules, role.rules ?? []) ? undefined : rules;
}
