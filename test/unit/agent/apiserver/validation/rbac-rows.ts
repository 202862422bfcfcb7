/** Rows of the table: roles, cluster roles and their bindings. */
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const apiVersion = 'rbac.authorization.k8s.io/v1';
const group = 'rbac.authorization.k8s.io';
const reads = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const role = (rule: Json): Json => ({ apiVersion, kind: 'Role', metadata: {}, rules: [rule] });
const clusterRole = (more: Json): Json => ({ apiVersion, kind: 'ClusterRole', metadata: {}, ...more });
const roleRef = { apiGroup: group, kind: 'Role', name: 'reader' };
const binding = (more: Json): Json => ({ apiVersion, kind: 'RoleBinding', metadata: {}, roleRef, ...more });
const clusterBinding = (more: Json): Json => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: {},
  roleRef: { ...roleRef, kind: 'ClusterRole' },
  ...more,
});
const selectors = 'aggregationRule.clusterRoleSelectors';

export const rbacRows: readonly Row[] = [
  {
    by: 'ValidatePolicyRule',
    of: role({}),
    is: [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  },
  {
    by: 'ValidatePolicyRule',
    of: role({ verbs: ['get'], nonResourceURLs: ['/x'] }),
    is: ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  },
  {
    by: 'ValidatePolicyRule',
    of: clusterRole({ rules: [{ ...reads, nonResourceURLs: ['/x'] }] }),
    is: [
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  },
  {
    by: 'ValidateRBACName',
    of: { ...role(reads), metadata: { name: 'a%b' } },
    is: ['metadata.name: Invalid value: "a%b": may not contain \'%\''],
  },
  {
    by: 'ValidateClusterRole',
    of: clusterRole({ aggregationRule: {} }),
    is: [`${selectors}: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil`],
  },
  {
    by: 'ValidateClusterRole',
    of: clusterRole({
      aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] },
    }),
    is: [
      `${selectors}[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
    ],
  },
  {
    by: 'ValidateRoleBinding',
    of: binding({ roleRef: { apiGroup: 'other', kind: 'Pod', name: '' } }),
    is: [
      `roleRef.apiGroup: Unsupported value: "other": supported values: "${group}"`,
      'roleRef.kind: Unsupported value: "Pod": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
    ],
  },
  {
    by: 'ValidateRoleBinding',
    of: binding({ roleRef: { ...roleRef, name: 'a/b' } }),
    is: ['roleRef.name: Invalid value: "a/b": may not contain \'/\''],
  },
  {
    by: 'ValidateRoleBindingSubject',
    of: binding({
      subjects: [
        { kind: 'ServiceAccount', name: 'A', apiGroup: group },
        { kind: 'User', name: '', apiGroup: 'other' },
        { kind: 'Team', name: 'x' },
      ],
    }),
    is: [
      'subjects[0].name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric ' +
        "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex " +
        "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      `subjects[0].apiGroup: Unsupported value: "${group}": supported values: ""`,
      'subjects[1].name: Required value',
      `subjects[1].apiGroup: Unsupported value: "other": supported values: "${group}"`,
      'subjects[2].kind: Unsupported value: "Team": supported values: "ServiceAccount", "User", "Group"',
    ],
  },
  {
    by: 'ValidateRoleBindingUpdate',
    of: binding({}),
    change: { roleRef: { name: 'other' } },
    is: [`roleRef: Invalid value: {"APIGroup":"${group}","Kind":"Role","Name":"other"}: cannot change roleRef`],
  },
  {
    by: 'ValidateClusterRoleBinding',
    of: clusterBinding({ roleRef }),
    is: ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  },
  {
    by: 'ValidateClusterRoleBinding',
    of: clusterBinding({ subjects: [{ kind: 'ServiceAccount', name: 'a' }] }),
    is: ['subjects[0].namespace: Required value'],
  },
  {
    by: 'ValidateClusterRoleBindingUpdate',
    of: clusterBinding({}),
    change: { roleRef: { name: 'other' } },
    is: [`roleRef: Invalid value: {"APIGroup":"${group}","Kind":"ClusterRole","Name":"other"}: cannot change roleRef`],
  },
];
