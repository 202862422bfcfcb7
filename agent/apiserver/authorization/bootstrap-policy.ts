/**
 * The roles and bindings that upstream makes at its first start, of those who use this API server: a table that the
 * roles of rbac.authorization.k8s.io can be seeded from.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
 */
import type { PolicyRule } from './authorizer.ts';
import { controllerRoles } from './controller-roles.ts';
import { coreGroup, eventsRule, read, rule } from './rule-builders.ts';

export interface Subject {
  kind: 'User' | 'Group';
  name: string;
}

export interface ClusterRole {
  name: string;
  rules: readonly PolicyRule[];
}

/** Of one cluster role, by name. */
export interface ClusterRoleBinding {
  role: string;
  subjects: readonly Subject[];
}

export const controllerManager = 'system:kube-controller-manager';
export const scheduler = 'system:kube-scheduler';
const kubeProxy = 'system:kube-proxy';
const coreDns = 'system:serviceaccount:kube-system:coredns';

const urls = (...nonResourceURLs: string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs });

const health = ['/healthz', '/livez', '/readyz'];
const version = ['/version', '/version/'];

/** Creates its lease, and reads and renews it. */
const leaderRules = (lease: string): PolicyRule[] => [
  rule(['create'], ['coordination.k8s.io'], ['leases']),
  { ...rule(['get', 'update'], ['coordination.k8s.io'], ['leases']), resourceNames: [lease] },
];

/** To ask who a caller is and what the caller may do. */
const delegationRules: readonly PolicyRule[] = [
  rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
  rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews']),
];

const userRoles: readonly ClusterRole[] = [
  {
    name: 'system:discovery',
    rules: [urls('/api', '/api/*', '/apis', '/apis/*', ...health, '/openapi', '/openapi/*', ...version)],
  },
  { name: 'system:public-info-viewer', rules: [urls(...health, ...version)] },
  {
    name: 'system:basic-user',
    rules: [
      rule(['create'], ['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      rule(['create'], ['authentication.k8s.io'], ['selfsubjectreviews']),
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [urls('/.well-known/openid-configuration', '/openid/v1/jwks')],
  },
  {
    name: 'system:monitoring',
    rules: [urls('/metrics', '/metrics/slis', ...health, ...health.map((path) => `${path}/*`))],
  },
];

const componentRoles: readonly ClusterRole[] = [
  {
    name: 'system:kube-scheduler',
    rules: [
      eventsRule,
      ...leaderRules('kube-scheduler'),
      rule(read, coreGroup, ['nodes', 'namespaces', 'persistentvolumeclaims', 'persistentvolumes']),
      rule(['get', 'list', 'watch', 'delete'], coreGroup, ['pods']),
      rule(['create'], coreGroup, ['bindings', 'pods/binding']),
      rule(['patch', 'update'], coreGroup, ['pods/status']),
      rule(read, coreGroup, ['replicationcontrollers', 'services']),
      rule(read, ['apps', 'extensions'], ['replicasets']),
      rule(read, ['apps'], ['statefulsets']),
      rule(read, ['policy'], ['poddisruptionbudgets']),
      ...delegationRules,
      rule(read, ['storage.k8s.io'], ['csinodes', 'csidrivers', 'csistoragecapacities', 'volumeattachments']),
      rule(read, ['resource.k8s.io'], ['deviceclasses', 'resourceslices', 'resourceclaims']),
      rule(['update', 'patch'], ['resource.k8s.io'], ['resourceclaims', 'resourceclaims/status']),
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      rule([...read, 'patch', 'update'], coreGroup, ['persistentvolumes', 'persistentvolumeclaims']),
      rule(read, ['storage.k8s.io'], ['storageclasses']),
    ],
  },
  {
    name: 'system:kube-controller-manager',
    rules: [
      eventsRule,
      ...leaderRules('kube-controller-manager'),
      rule(['create'], coreGroup, ['secrets', 'serviceaccounts']),
      rule(['delete'], coreGroup, ['secrets']),
      rule(['get'], coreGroup, ['configmaps', 'namespaces', 'secrets', 'serviceaccounts']),
      rule(['update'], coreGroup, ['secrets', 'serviceaccounts']),
      ...delegationRules,
      rule(['list', 'watch'], ['*'], ['*']),
      rule(['create'], coreGroup, ['serviceaccounts/token']),
    ],
  },
  {
    name: 'system:node-proxier',
    rules: [
      rule(['list', 'watch'], coreGroup, ['services', 'endpoints']),
      rule(read, coreGroup, ['nodes']),
      eventsRule,
      rule(['list', 'watch'], ['discovery.k8s.io'], ['endpointslices']),
      rule(['list', 'watch'], ['networking.k8s.io'], ['servicecidrs']),
    ],
  },
  // kubeadm makes this one with its DNS add-on.
  {
    name: 'system:coredns',
    rules: [
      rule(['list', 'watch'], coreGroup, ['endpoints', 'services', 'pods', 'namespaces']),
      rule(['list', 'watch'], ['discovery.k8s.io'], ['endpointslices']),
    ],
  },
];

export const clusterRoles: readonly ClusterRole[] = [...userRoles, ...componentRoles, ...controllerRoles];

const toUsers = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'User', name }));
const toGroups = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'Group', name }));

export const clusterRoleBindings: readonly ClusterRoleBinding[] = [
  { role: 'system:discovery', subjects: toGroups('system:authenticated') },
  { role: 'system:basic-user', subjects: toGroups('system:authenticated') },
  { role: 'system:public-info-viewer', subjects: toGroups('system:authenticated', 'system:unauthenticated') },
  { role: 'system:service-account-issuer-discovery', subjects: toGroups('system:serviceaccounts') },
  { role: 'system:monitoring', subjects: toGroups('system:monitoring') },
  { role: 'system:kube-scheduler', subjects: toUsers(scheduler) },
  { role: 'system:volume-scheduler', subjects: toUsers(scheduler) },
  { role: 'system:kube-controller-manager', subjects: toUsers(controllerManager) },
  { role: 'system:node-proxier', subjects: toUsers(kubeProxy) },
  { role: 'system:coredns', subjects: toUsers(coreDns) },
  // Controllers share one identity; upstream gives each a service account of its own.
  ...controllerRoles.map(({ name }) => ({ role: name, subjects: toUsers(controllerManager) })),
];
