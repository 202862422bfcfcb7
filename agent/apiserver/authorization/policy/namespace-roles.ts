/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/namespace_policy.go
 */
import type { rbac } from '../../../api/types.ts';
import type { DefaultRole } from './default-role.ts';
import { eventsRule, read, rule } from './rule-builders.ts';
import { account, group, user } from './subjects.ts';

interface NamespacedRole extends DefaultRole {
  namespace: string;
  /** What its binding is called where it is not named after the role. */
  binding?: string;
  subjects: readonly rbac.Subject[];
}

const system = 'kube-system';

const leaderLocking = (component: string, ...accounts: string[]): NamespacedRole => ({
  namespace: system,
  name: `system::leader-locking-${component}`,
  rules: [
    rule(`${read} create update`, 'coordination.k8s.io', 'leases'),
    rule(`${read} create update`, 'coordination.k8s.io', 'leasecandidates'),
  ],
  subjects: [user(`system:${component}`), ...accounts.map((name) => account(system, name))],
});

const ofController = (namespace: string, name: string, rules: NamespacedRole['rules']): NamespacedRole => ({
  namespace,
  name: `system:controller:${name}`,
  rules,
  subjects: [account(system, name)],
});

export const namespaceRoles: readonly NamespacedRole[] = [
  {
    namespace: system,
    name: 'extension-apiserver-authentication-reader',
    rules: [rule(read, 'core', 'configmaps', 'extension-apiserver-authentication')],
    binding: 'system::extension-apiserver-authentication-reader',
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
  },
  // The name server of each node follows its settings by the node's own identity, as kubeadm's nodes read their config.
  {
    namespace: system,
    name: 'skiff:nodes-dns-settings',
    rules: [rule(read, 'core', 'configmaps', 'coredns')],
    subjects: [group('system:nodes')],
  },
  leaderLocking('kube-controller-manager', 'kube-controller-manager', 'leader-election-controller'),
  leaderLocking('kube-scheduler', 'kube-scheduler'),
  ofController(system, 'bootstrap-signer', [rule(read, 'core', 'secrets')]),
  ofController(system, 'cloud-provider', [rule(`${read} create`, 'core', 'configmaps')]),
  ofController(system, 'token-cleaner', [rule(`${read} delete`, 'core', 'secrets'), eventsRule]),
  ofController('kube-public', 'bootstrap-signer', [
    rule(read, 'core', 'configmaps'),
    rule('update', 'core', 'configmaps', 'cluster-info'),
    eventsRule,
  ]),
];
