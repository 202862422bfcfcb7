import { nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkPathSegment } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type { ClusterRole } from '../types.ts';
import { createdColumn, rbacRepresentations } from './group.ts';
import { validateRules } from './rules.ts';

function validateAggregation({ aggregationRule }: ClusterRole): FieldError[] {
  if (!aggregationRule) return [];
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, index) => validateLabelSelector(`${path}[${index}]`, selector));
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole */
export const clusterRoles = defineKind<ClusterRole>({
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  representations: rbacRepresentations('ClusterRole'),
  checkName: checkPathSegment,
  columns: [nameColumn, createdColumn],
  validate: (role) => [...validateRules(role.rules, 'cluster'), ...validateAggregation(role)],
});
