/** The roles and bindings that every cluster has, without an API server that stores them. */
import type { ClusterRole, ClusterRoleBinding, Draft, Role, RoleBinding } from '../../agent/api/types.ts';
import { createBindingIndex } from '../../agent/apiserver/authorization/binding-index.ts';
import { defaultPolicy } from '../../agent/apiserver/authorization/policy/default-policy.ts';
import type { RoleSource } from '../../agent/apiserver/authorization/roles.ts';

const stored = { uid: 'uid', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

const asStored = <T extends RoleBinding | ClusterRoleBinding>({ metadata, roleRef, subjects }: Draft<T>) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: metadata.namespace ? 'RoleBinding' : 'ClusterRoleBinding',
  metadata: { ...metadata, ...stored, name: metadata.name ?? '' },
  roleRef,
  ...(subjects ? { subjects } : {}),
});

export function defaultRoleSource(): RoleSource {
  const policy = defaultPolicy();
  const bindings = createBindingIndex();
  for (const binding of policy.clusterRoleBindings) bindings.put(asStored(binding));
  for (const binding of policy.roleBindings) bindings.put(asStored(binding));
  const rulesOf = (roles: readonly Draft<Role | ClusterRole>[], name: string, namespace?: string) =>
    roles.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)?.rules;
  return {
    bindings,
    rulesOfClusterRole: (name) => rulesOf(policy.clusterRoles, name),
    rulesOfRole: (namespace, name) => rulesOf(policy.roles, name, namespace),
  };
}
