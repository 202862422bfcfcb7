/**
 * Nobody makes a role with rights that they do not have, or binds one, unless they may `escalate` or `bind` it.
 * Upstream checks it between admission and validation, where the last mutating step is here.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/rbac/clusterrole/policybased/storage.go and
 * rolebinding/policybased/storage.go
 */
import { ApiError } from '../../api/errors.ts';
import { isEqual } from '../../api/json/value.ts';
import { resourceOf } from '../../api/kind.ts';
import { rbacGroup } from '../../api/rbac/group.ts';
import type { AnyObject, ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../api/types.ts';
import type { PolicyRule } from '../authorization/authorizer.ts';
import { escalation } from '../authorization/escalation.ts';
import { createRoleAuthorizer, rulesOfRef } from '../authorization/roles.ts';
import { forbidden } from '../errors.ts';
import { pathInfo } from '../request-info.ts';
import { systemMasters } from '../user.ts';
import { type Attributes, objectIn } from './attributes.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Whether all that differs is what the garbage collector writes. */
function changesOwnersAlone(object: AnyObject, old: AnyObject | undefined): boolean {
  if (!old) return false;
  const { ownerReferences, finalizers, managedFields } = old.metadata;
  const kept = { ownerReferences, finalizers, managedFields };
  return isEqual(
    { ...object, metadata: { ...object.metadata, ...kept } },
    { ...old, metadata: { ...old.metadata, ...kept } },
  );
}

/** Asks for a verb that no request has. */
function mayDo({ authorizer }: Cluster, { user, namespace }: Attributes, verb: string, resource: string, name: string) {
  const info = {
    ...pathInfo(user, verb, ''),
    isResource: true,
    group: rbacGroup,
    version: '*',
    namespace,
    resource,
    name,
  };
  return authorizer.authorize(info).decision === 'allow';
}

function refuseEscalation(attributes: Attributes, cluster: Cluster, rules: readonly PolicyRule[]): void {
  const { user, namespace, kind } = attributes;
  const held = createRoleAuthorizer(cluster.roles).rulesFor(user, namespace);
  const problem = escalation(user, held, rules);
  if (problem) throw forbidden(kind, objectIn(attributes).metadata.name, problem);
}

function checkRole(attributes: Attributes, cluster: Cluster): void {
  const { kind, info, old } = attributes;
  if (mayDo(cluster, attributes, 'escalate', kind.plural, info.name)) return;
  const role = objectIn(attributes) as AnyObject & (Role | ClusterRole);
  refuseEscalation(attributes, cluster, role.rules ?? []);
  if (!role.aggregationRule && !old?.aggregationRule) return;
  const held = createRoleAuthorizer(cluster.roles).rulesFor(attributes.user, '');
  if (escalation(attributes.user, held, everything) === undefined) return;
  throw forbidden(kind, role.metadata.name, 'must have cluster-admin privileges to use the aggregationRule');
}

function checkBinding(attributes: Attributes, cluster: Cluster): void {
  const { roleRef } = objectIn(attributes) as AnyObject & Partial<RoleBinding | ClusterRoleBinding>;
  // Validation says what is wrong with it.
  if (!roleRef || (roleRef.kind !== 'Role' && roleRef.kind !== 'ClusterRole')) return;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  if (mayDo(cluster, attributes, 'bind', resource, roleRef.name)) return;
  const rules = rulesOfRef(cluster.roles, roleRef, attributes.namespace);
  if (!rules) {
    const details = { name: roleRef.name, group: rbacGroup, kind: resource };
    throw new ApiError(404, 'NotFound', `${resource}.${rbacGroup} ${JSON.stringify(roleRef.name)} not found`, details);
  }
  refuseEscalation(attributes, cluster, rules);
}

const checks: ReadonlyMap<string, (attributes: Attributes, cluster: Cluster) => void> = new Map([
  [`roles.${rbacGroup}`, checkRole],
  [`clusterroles.${rbacGroup}`, checkRole],
  [`rolebindings.${rbacGroup}`, checkBinding],
  [`clusterrolebindings.${rbacGroup}`, checkBinding],
]);

export const grantedRights: AdmissionStep = {
  name: 'GrantedRights',
  operations: ['create', 'update'],
  resources: [...checks.keys()],
  check: (attributes, cluster) => {
    const { user, kind, old } = attributes;
    if (user.groups.includes(systemMasters)) return;
    if (changesOwnersAlone(objectIn(attributes), old)) return;
    checks.get(resourceOf(kind))?.(attributes, cluster);
  },
};
