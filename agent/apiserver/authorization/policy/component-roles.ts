/**
 * The cluster roles of upstream's components and of what is often installed beside them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
 * (clusterRoles)
 */
import type { PolicyRule } from '../authorizer.ts';
import type { DefaultRole } from './default-role.ts';
import { nodeRules } from './node-rules.ts';
import { eventsRule, read, readWrite, rule } from './rule-builders.ts';

/** To ask who a caller is and what the caller may do. */
const delegationRules: readonly PolicyRule[] = [
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

const nodes: readonly DefaultRole[] = [
  { name: 'system:node', rules: nodeRules },
  {
    name: 'system:node-problem-detector',
    rules: [rule('get', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), eventsRule],
  },
  {
    name: 'system:node-proxier',
    rules: [
      rule('list watch', 'core', 'endpoints services'),
      rule(read, 'core', 'nodes'),
      eventsRule,
      rule('list watch', 'networking.k8s.io', 'servicecidrs'),
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      rule(read, 'core', 'nodes'),
      rule('proxy', 'core', 'nodes'),
      rule('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
      rule('*', 'core', 'nodes/configz nodes/healthz nodes/pods'),
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [rule(`${read} create`, 'certificates.k8s.io', 'certificatesigningrequests')],
  },
];

const addOns: readonly DefaultRole[] = [
  {
    name: 'system:heapster',
    rules: [rule(read, 'core', 'events namespaces nodes pods'), rule(read, 'extensions', 'deployments')],
  },
  { name: 'system:auth-delegator', rules: delegationRules },
  { name: 'system:kube-aggregator', rules: [rule(read, 'core', 'endpoints services')] },
  { name: 'system:kube-dns', rules: [rule('list watch', 'core', 'endpoints services')] },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      rule('create delete get list watch', 'core', 'persistentvolumes'),
      rule('get list update watch', 'core', 'persistentvolumeclaims'),
      rule(read, 'storage.k8s.io', 'storageclasses'),
      rule('watch', 'core', 'events'),
      eventsRule,
    ],
  },
];

const controllerManager: DefaultRole = {
  name: 'system:kube-controller-manager',
  rules: [
    eventsRule,
    rule('create', 'coordination.k8s.io', 'leases'),
    rule('get update', 'coordination.k8s.io', 'leases', 'kube-controller-manager'),
    rule('create', 'core', 'secrets serviceaccounts'),
    rule('delete', 'core', 'secrets'),
    rule('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
    rule('update', 'core', 'secrets serviceaccounts'),
    ...delegationRules,
    rule('list watch', '*', '*'),
    rule('create', 'core', 'serviceaccounts/token'),
  ],
};

const scheduler: DefaultRole = {
  name: 'system:kube-scheduler',
  rules: [
    eventsRule,
    rule('create', 'coordination.k8s.io', 'leases'),
    rule('get list update watch', 'coordination.k8s.io', 'leases', 'kube-scheduler'),
    rule(readWrite, 'coordination.k8s.io', 'leasecandidates'),
    rule(read, 'core', 'nodes'),
    rule(`${read} delete`, 'core', 'pods'),
    rule('create', 'core', 'bindings pods/binding'),
    rule('patch update', 'core', 'pods/status'),
    rule(read, 'core', 'replicationcontrollers services'),
    rule(read, 'apps extensions', 'replicasets'),
    rule(read, 'apps', 'statefulsets'),
    rule(read, 'policy', 'poddisruptionbudgets'),
    rule(read, 'core', 'persistentvolumeclaims persistentvolumes'),
    ...delegationRules,
    rule(read, 'storage.k8s.io', 'csinodes'),
    rule(read, 'storage.k8s.io', 'volumeattachments'),
    rule(read, 'core', 'namespaces'),
    rule(read, 'storage.k8s.io', 'csidrivers'),
    rule(read, 'storage.k8s.io', 'csistoragecapacities'),
    rule(read, 'resource.k8s.io', 'deviceclasses'),
    rule(`${read} patch update`, 'resource.k8s.io', 'resourceclaims'),
    rule(`${read} patch update`, 'resource.k8s.io', 'resourceclaims/status'),
    rule(`${read} patch update`, 'core', 'pods/finalizers'),
    rule(read, 'resource.k8s.io', 'resourceslices'),
    rule('create delete', 'resource.k8s.io', 'resourceclaims'),
    rule('patch update', 'resource.k8s.io', 'resourceclaims/binding'),
  ],
};

const volumeScheduler: DefaultRole = {
  name: 'system:volume-scheduler',
  rules: [
    rule(`${read} patch update`, 'core', 'persistentvolumes'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
    rule(`${read} patch update`, 'core', 'persistentvolumeclaims'),
  ],
};

const approver = (signer: string): DefaultRole => ({
  name: `system:certificates.k8s.io:${signer}-approver`,
  rules: [rule('approve', 'certificates.k8s.io', 'signers', `kubernetes.io/${signer}`)],
});

const requester = (subresource: string): DefaultRole => ({
  name: `system:certificates.k8s.io:certificatesigningrequests:${subresource}`,
  rules: [rule('create', 'certificates.k8s.io', `certificatesigningrequests/${subresource}`)],
});

const certificates: readonly DefaultRole[] = [
  requester('nodeclient'),
  requester('selfnodeclient'),
  ...['legacy-unknown', 'kubelet-serving', 'kube-apiserver-client', 'kube-apiserver-client-kubelet'].map(approver),
];

export const componentRoles: readonly DefaultRole[] = [
  ...nodes,
  ...addOns,
  ...certificates,
  controllerManager,
  scheduler,
  volumeScheduler,
];
