/**
 * Keeps the rules of aggregated cluster roles, such as `admin`, `edit` and `view`, in line with the roles they gather.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
import { isConflict, isNotFound } from '../../api/errors.ts';
import { clusterRoles } from '../../api/rbac/cluster-role.ts';
import { keyOf } from '../../client/informer.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { planRules } from './plan.ts';

/** Any role may be gathered, by its labels of before or of now. */
const aggregated = (_change: unknown, { informer }: Context): string[] =>
  informer(clusterRoles)
    .list()
    .filter(({ aggregationRule }) => aggregationRule)
    .map(keyOf);

export const clusterRoleAggregation = defineController({
  name: 'ClusterRoleAggregator',
  account: 'clusterrole-aggregation-controller',
  for: clusterRoles,
  keys: aggregated,
  async reconcile({ client, informer, signal }, key) {
    const roles = informer(clusterRoles);
    const role = roles.get(key);
    const rules = role && planRules(role, roles.list());
    if (!rules) return undefined;
    try {
      await roles.caughtUp(await client.resource(clusterRoles).update({ ...role, rules }, signal), signal);
    } catch (error) {
      // The role changed or is gone; the informer will report that.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
});
