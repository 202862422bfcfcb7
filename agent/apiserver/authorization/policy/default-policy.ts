/**
 * The roles and bindings that a cluster has from its first start, as upstream makes them.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
 */
import { joiningGroup } from '../../../api/core/bootstrap-token.ts';
import { gatewayGroup } from '../../../api/gateway/group.ts';
import { rbacGroup } from '../../../api/rbac/group.ts';
import type { ClusterRole, ClusterRoleBinding, Draft, Role, RoleBinding, rbac } from '../../../api/types.ts';
import { authenticatedGroup, systemMasters } from '../../user.ts';
import { componentRoles } from './component-roles.ts';
import { controllerRole, controllerRoles, controllerRules } from './controller-roles.ts';
import type { DefaultRole } from './default-role.ts';
import { namespaceRoles } from './namespace-roles.ts';
import { read, rule } from './rule-builders.ts';
import { account, group, user } from './subjects.ts';
import { userRoles } from './user-roles.ts';

export interface Policy {
  clusterRoles: readonly Draft<ClusterRole>[];
  clusterRoleBindings: readonly Draft<ClusterRoleBinding>[];
  roles: readonly Draft<Role>[];
  roleBindings: readonly Draft<RoleBinding>[];
}

const apiVersion = `${rbacGroup}/v1`;

/** "false" keeps a start of the server from changing the object. */
export const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';

const metadataOf = (name: string, labels: DefaultRole['labels'] = {}) => ({
  name,
  annotations: { [autoUpdate]: 'true' },
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
});

const rulesOf = ({ rules }: DefaultRole): rbac.PolicyRule[] =>
  rules.map(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) => ({
    verbs: [...verbs],
    ...(apiGroups ? { apiGroups: [...apiGroups] } : {}),
    ...(resources ? { resources: [...resources] } : {}),
    ...(resourceNames ? { resourceNames: [...resourceNames] } : {}),
    ...(nonResourceURLs ? { nonResourceURLs: [...nonResourceURLs] } : {}),
  }));

const clusterRole = (role: DefaultRole): Draft<ClusterRole> => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: metadataOf(role.name, role.labels),
  ...(role.gathers
    ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [role.gathers]: 'true' } }] } }
    : { rules: rulesOf(role) }),
});

const roleRef = (kind: string, name: string): rbac.RoleRef => ({ apiGroup: rbacGroup, kind, name });

/** A cluster role with those it is granted to. Its binding has its name. */
type Bound = readonly [role: string, subjects: rbac.Subject[]];

const clusterRoleBinding = ([role, subjects]: Bound): Draft<ClusterRoleBinding> => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: metadataOf(role),
  roleRef: roleRef('ClusterRole', role),
  ...(subjects.length > 0 ? { subjects } : {}),
});

const scheduler = user('system:kube-scheduler');
const everybody = group(authenticatedGroup);

const bound: readonly Bound[] = [
  ['cluster-admin', [group(systemMasters)]],
  ['system:monitoring', [group('system:monitoring')]],
  ['system:discovery', [everybody]],
  ['system:basic-user', [everybody]],
  ['system:public-info-viewer', [everybody, group('system:unauthenticated')]],
  ['system:node-proxier', [user('system:kube-proxy')]],
  ['system:kube-controller-manager', [user('system:kube-controller-manager')]],
  ['system:kube-dns', [account('kube-system', 'kube-dns')]],
  ['system:kube-scheduler', [scheduler]],
  ['system:volume-scheduler', [scheduler]],
  // Bound to nobody: the node authorizer has taken its place.
  ['system:node', []],
  ['system:service-account-issuer-discovery', [group('system:serviceaccounts')]],
];

interface AddOn extends DefaultRole {
  subject: rbac.Subject;
}

/** Roles of add-ons, without the marks of the others, as who installs an add-on makes them. */
const addOns: readonly AddOn[] = [
  {
    // As kubeadm makes it.
    name: 'system:coredns',
    rules: [
      rule('list watch', 'core', 'endpoints namespaces pods services'),
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
    subject: account('kube-system', 'coredns'),
  },
  {
    // What a network add-on needs that enforces network policies. On every node the service proxy does.
    name: 'skiff:network-policies',
    rules: [rule('list watch', 'core', 'namespaces pods'), rule('list watch', 'networking.k8s.io', 'networkpolicies')],
    subject: user('system:kube-proxy'),
  },
  {
    // What an ingress controller needs that reads certificates of any namespace and has a service of its own.
    name: 'skiff:ingress',
    rules: [
      rule('list watch', 'core', 'secrets services'),
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
      rule('list watch', 'networking.k8s.io', 'ingressclasses ingresses'),
      rule('patch', 'networking.k8s.io', 'ingresses/status'),
      rule('create delete patch', 'core', 'services'),
      rule('create delete update', 'discovery.k8s.io', 'endpointslices'),
      rule('list watch', 'core', 'namespaces'),
      rule('list watch', gatewayGroup, 'gatewayclasses gateways httproutes referencegrants'),
      rule('create', gatewayGroup, 'gatewayclasses'),
      rule('patch', gatewayGroup, 'gatewayclasses/status gateways/status httproutes/status'),
    ],
    subject: account('kube-system', 'skiff-ingress'),
  },
  {
    // What an approver of serving certificates needs; upstream leaves that to an add-on.
    name: 'skiff:kubelet-serving-approval',
    rules: [
      rule(read, 'certificates.k8s.io', 'certificatesigningrequests'),
      rule('update', 'certificates.k8s.io', 'certificatesigningrequests/approval'),
      rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kubelet-serving'),
      rule(read, 'core', 'nodes'),
    ],
    subject: account('kube-system', 'skiff-serving-approver'),
  },
  {
    // As kubeadm makes it: a node that joins looks whether its name is taken.
    name: 'kubeadm:get-nodes',
    rules: [rule('get', 'core', 'nodes')],
    subject: group(joiningGroup),
  },
];

const requests = 'system:certificates.k8s.io:certificatesigningrequests';

/**
 * How nodes get their certificates, as kubeadm makes it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/cmd/kubeadm/app/phases/bootstraptoken/node/tlsbootstrap.go
 */
const joining: readonly [name: string, role: string, subject: rbac.Subject][] = [
  ['kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', group(joiningGroup)],
  ['kubeadm:node-autoapprove-bootstrap', `${requests}:nodeclient`, group(joiningGroup)],
  ['kubeadm:node-autoapprove-certificate-rotation', `${requests}:selfnodeclient`, group('system:nodes')],
];

const addOnRole = ({ name, rules }: AddOn): Draft<ClusterRole> => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name },
  rules: rulesOf({ name, rules }),
});
const plainBinding = (name: string, role: string, subject: rbac.Subject): Draft<ClusterRoleBinding> => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: roleRef('ClusterRole', role),
  subjects: [subject],
});

export function defaultPolicy(): Policy {
  const ofControllers = Object.keys(controllerRules).map(
    (name): Bound => [controllerRole(name), [account('kube-system', name)]],
  );
  return {
    clusterRoles: [...[...userRoles, ...componentRoles, ...controllerRoles].map(clusterRole), ...addOns.map(addOnRole)],
    clusterRoleBindings: [
      ...[...bound, ...ofControllers].map(clusterRoleBinding),
      ...addOns.map(({ name, subject }) => plainBinding(name, name, subject)),
      ...joining.map((binding) => plainBinding(...binding)),
    ],
    roles: namespaceRoles.map((role) => ({
      apiVersion,
      kind: 'Role',
      metadata: { ...metadataOf(role.name), namespace: role.namespace },
      rules: rulesOf(role),
    })),
    roleBindings: namespaceRoles.map(({ name, namespace, binding = name, subjects }) => ({
      apiVersion,
      kind: 'RoleBinding',
      metadata: { ...metadataOf(binding), namespace },
      roleRef: roleRef('Role', name),
      subjects: [...subjects],
    })),
  };
}
