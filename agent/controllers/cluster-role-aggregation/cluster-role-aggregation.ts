/**
 * Keeps the rules of aggregated cluster roles, such as `admin`, `edit` and `view`, in line with the roles they gather.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
import { isConflict, isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import { clusterRoles } from '../../api/rbac/cluster-role.ts';
import { keyOf } from '../../client/informer.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { planRules } from './plan.ts';

/**
 * It applies, so that `rules` are its own, and whoever applies the role without rules keeps out of them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go
 */
const manager = 'clusterrole-aggregation-controller';

/** Any role may be gathered, by its labels of before or of now. */
const aggregated = (_change: unknown, { informer }: Context): string[] =>
  informer(clusterRoles)
    .list()
    .filter(({ aggregationRule }) => aggregationRule)
    .map(keyOf);

export const clusterRoleAggregation = defineController({
  name: 'ClusterRoleAggregator',
  account: manager,
  for: clusterRoles,
  keys: aggregated,
  async reconcile({ client, informer, signal }, key) {
    const roles = informer(clusterRoles);
    const role = roles.get(key);
    const rules = role && planRules(role, roles.list());
    if (!rules) return undefined;
    const { name, uid } = role.metadata;
    // The UID keeps an apply from making a role anew that is gone.
    const config = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, uid }, rules };
    const options = { fieldManager: manager, force: true };
    const resource = client.resource(clusterRoles);
    try {
      const written = await resource.patch(name, undefined, mediaType.applyPatch, config, options, signal);
      await roles.caughtUp(written, signal);
    } catch (error) {
      // The role changed or is gone; the informer will report that.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
});
