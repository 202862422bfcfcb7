/**
 * What RoleBindings and ClusterRoleBindings have in common.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/rbac/validation/validation.go
 * (ValidateRoleBinding), pkg/apis/rbac/v1/defaults.go and pkg/printers/internalversion/printers.go (printRoleBinding)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { invalid, invalidBy, notSupported, requiredBy, requiredText } from '../field-errors.ts';
import type { FieldError, PrinterColumn } from '../kind.ts';
import { checkDns1123Subdomain, checkPathSegment } from '../names.ts';
import type { ClusterRoleBinding, RoleBinding, rbac } from '../types.ts';
import { internalRoleRef } from '../validation/internal-types.ts';
import { rbacGroup, type Scope } from './group.ts';

type Binding = RoleBinding | ClusterRoleBinding;

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

export function defaultBinding(binding: Binding): void {
  // Absent until validation has asked for it.
  const { roleRef, subjects }: { roleRef?: rbac.RoleRef; subjects?: rbac.Subject[] | null } = binding;
  if (roleRef) roleRef.apiGroup ||= rbacGroup;
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= rbacGroup;
  }
}

function validateAccount(field: string, subject: rbac.Subject, scope: Scope): FieldError[] {
  const { name, namespace, apiGroup } = subject;
  return [
    ...(name ? invalidBy(`${field}.name`, name, checkDns1123Subdomain) : []),
    ...(apiGroup ? [notSupported(`${field}.apiGroup`, apiGroup, [''])] : []),
    ...(scope === 'cluster' ? requiredText(`${field}.namespace`, namespace) : []),
  ];
}

function validateSubject(field: string, subject: rbac.Subject, scope: Scope): FieldError[] {
  const { kind, name, apiGroup = '' } = subject;
  const errors = requiredText(`${field}.name`, name);
  if (kind === 'ServiceAccount') return [...errors, ...validateAccount(field, subject, scope)];
  if (!subjectKinds.includes(kind)) return [...errors, notSupported(`${field}.kind`, kind ?? '', subjectKinds)];
  return apiGroup === rbacGroup ? errors : [...errors, notSupported(`${field}.apiGroup`, apiGroup, [rbacGroup])];
}

function validateRoleRef({ apiGroup = '', kind = '', name }: Partial<rbac.RoleRef>, kinds: readonly string[]) {
  return [
    ...(apiGroup === rbacGroup ? [] : [notSupported('roleRef.apiGroup', apiGroup, [rbacGroup])]),
    ...(kinds.includes(kind) ? [] : [notSupported('roleRef.kind', kind, kinds)]),
    ...requiredBy('roleRef.name', name, checkPathSegment),
  ];
}

const emptyRef: rbac.RoleRef = { apiGroup: '', kind: '', name: '' };

const isSameRole = (a: rbac.RoleRef, b: rbac.RoleRef): boolean =>
  a.apiGroup === b.apiGroup && a.kind === b.kind && a.name === b.name;

interface BindingRules {
  scope: Scope;
  /** The kinds of role that a binding may refer to. */
  roles: readonly string[];
}

export function validateBinding(binding: Binding, old: Binding | undefined, rules: BindingRules): FieldError[] {
  const { roleRef = emptyRef, subjects }: { roleRef?: rbac.RoleRef; subjects?: rbac.Subject[] | null } = binding;
  const changed = old !== undefined && !isSameRole(roleRef, old.roleRef);
  return [
    ...validateRoleRef(roleRef, rules.roles),
    ...(subjects ?? []).flatMap((subject, index) => validateSubject(`subjects[${index}]`, subject, rules.scope)),
    ...(changed ? [invalid('roleRef', internalRoleRef(roleRef), 'cannot change roleRef')] : []),
  ];
}

const namesOf = (kind: string, nameOf: (subject: rbac.Subject) => string) => (binding: Binding) =>
  (binding.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(nameOf)
    .join(', ');

export const bindingColumns: readonly PrinterColumn<Binding>[] = [
  nameColumn,
  column('Role', 'Kind and name of the role that is granted.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  column(
    'Users',
    'The users to whom the role is granted.',
    namesOf('User', ({ name }) => name),
    { wide: true },
  ),
  column(
    'Groups',
    'The groups to which the role is granted.',
    namesOf('Group', ({ name }) => name),
    { wide: true },
  ),
  column(
    'ServiceAccounts',
    'The service accounts to which the role is granted, each with its namespace.',
    namesOf('ServiceAccount', ({ namespace = '', name }) => `${namespace}/${name}`),
    { wide: true },
  ),
];
