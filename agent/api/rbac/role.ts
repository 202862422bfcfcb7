import { nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { checkPathSegment } from '../names.ts';
import type { Role } from '../types.ts';
import { createdColumn, rbacRepresentations } from './group.ts';
import { validateRules } from './rules.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole */
export const roles = defineKind<Role>({
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  representations: rbacRepresentations('Role'),
  checkName: checkPathSegment,
  columns: [nameColumn, createdColumn],
  validate: ({ rules }) => validateRules(rules, 'namespace'),
});
