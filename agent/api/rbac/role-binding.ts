import { defineKind } from '../define-kind.ts';
import { checkPathSegment } from '../names.ts';
import type { RoleBinding } from '../types.ts';
import { bindingColumns, defaultBinding, validateBinding } from './bindings.ts';
import { rbacRepresentations } from './group.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding */
export const roleBindings = defineKind<RoleBinding>({
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  representations: rbacRepresentations('RoleBinding'),
  checkName: checkPathSegment,
  columns: bindingColumns,
  default: defaultBinding,
  validate: (binding, old) => validateBinding(binding, old, { scope: 'namespace', roles: ['Role', 'ClusterRole'] }),
});
