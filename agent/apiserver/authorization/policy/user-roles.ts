/**
 * The cluster roles that people are bound to, and those that gather others: `admin`, `edit` and `view` have no rules of
 * their own.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
 * (clusterRoles)
 */
import type { DefaultRole } from './default-role.ts';
import { read, readWrite, rule, urlRule, write } from './rule-builders.ts';

const label = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;

/** Of the rules that are gathered into a role. */
const partOf = (role: string): DefaultRole['labels'] => ({ [label(role)]: 'true' });

const aggregated: readonly DefaultRole[] = [
  { name: 'admin', gathers: label('admin'), rules: [] },
  { name: 'edit', labels: partOf('admin'), gathers: label('edit'), rules: [] },
  { name: 'view', labels: partOf('edit'), gathers: label('view'), rules: [] },
];

const toAdmin: DefaultRole = {
  name: 'system:aggregate-to-admin',
  labels: partOf('admin'),
  rules: [
    rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
    rule(readWrite, 'rbac.authorization.k8s.io', 'rolebindings roles'),
  ],
};

const toEdit: DefaultRole = {
  name: 'system:aggregate-to-edit',
  labels: partOf('edit'),
  rules: [
    rule(read, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
    rule('impersonate', 'core', 'serviceaccounts'),
    rule(write, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
    rule('create', 'core', 'pods/eviction'),
    rule(
      write,
      'core',
      'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets ' +
        'serviceaccounts services services/proxy',
    ),
    rule('create', 'core', 'serviceaccounts/token'),
    rule(
      write,
      'apps',
      'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets ' +
        'statefulsets/scale',
    ),
    rule(write, 'autoscaling', 'horizontalpodautoscalers'),
    rule(write, 'batch', 'cronjobs jobs'),
    rule(
      write,
      'extensions',
      'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets ' +
        'replicasets/scale replicationcontrollers/scale',
    ),
    rule(write, 'policy', 'poddisruptionbudgets'),
    rule(write, 'networking.k8s.io', 'ingresses networkpolicies'),
    rule(readWrite, 'coordination.k8s.io', 'leases'),
    rule(write, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
  ],
};

const toView: DefaultRole = {
  name: 'system:aggregate-to-view',
  labels: partOf('view'),
  rules: [
    rule(
      read,
      'core',
      'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers ' +
        'replicationcontrollers/scale serviceaccounts services services/status',
    ),
    rule(
      read,
      'core',
      'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status ' +
        'resourcequotas resourcequotas/status',
    ),
    rule(read, 'core', 'namespaces'),
    rule(read, 'discovery.k8s.io', 'endpointslices'),
    rule(
      read,
      'apps',
      'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets ' +
        'replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
    ),
    rule(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
    rule(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
    rule(
      read,
      'extensions',
      'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status ' +
        'networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
    ),
    rule(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
    rule(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
    rule(read, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
  ],
};

const health = '/healthz /livez /readyz';
const version = '/version /version/';

const everybody: readonly DefaultRole[] = [
  {
    name: 'system:discovery',
    rules: [urlRule('get', `/api /api/* /apis /apis/* /openapi /openapi/* ${health} ${version}`)],
  },
  {
    name: 'system:basic-user',
    rules: [
      rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  { name: 'system:public-info-viewer', rules: [urlRule('get', `${health} ${version}`)] },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      urlRule(
        'get',
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ],
  },
  {
    name: 'system:monitoring',
    rules: [
      urlRule('get', `/metrics /metrics/slis ${health} /healthz/* /livez/* /readyz/*`),
      urlRule('get', '/flagz'),
      urlRule('get', '/statusz'),
    ],
  },
];

export const userRoles: readonly DefaultRole[] = [
  { name: 'cluster-admin', rules: [rule('*', '*', '*'), urlRule('*', '*')] },
  ...everybody,
  ...aggregated,
  toAdmin,
  toEdit,
  toView,
];
