import { defineKind } from '../define-kind.ts';
import { checkPathSegment } from '../names.ts';
import type { ClusterRoleBinding } from '../types.ts';
import { bindingColumns, defaultBinding, validateBinding } from './bindings.ts';
import { rbacRepresentations } from './group.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding */
export const clusterRoleBindings = defineKind<ClusterRoleBinding>({
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  representations: rbacRepresentations('ClusterRoleBinding'),
  checkName: checkPathSegment,
  columns: bindingColumns,
  default: defaultBinding,
  validate: (binding, old) => validateBinding(binding, old, { scope: 'cluster', roles: ['ClusterRole'] }),
});
