/**
 * What each controller that runs here may do.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go
 */
import type { PolicyRule } from './authorizer.ts';
import { coreGroup, eventsRule, read, rule } from './rule-builders.ts';

const apps: readonly string[] = ['apps', 'extensions'];
const discovery: readonly string[] = ['discovery.k8s.io'];
const all: readonly string[] = ['*'];
/** All but patch, as the controllers of endpoints have it. */
const keeps: readonly string[] = [...read, 'create', 'update', 'delete'];

const rules: Readonly<Record<string, readonly PolicyRule[]>> = {
  'deployment-controller': [
    rule([...read, 'update'], apps, ['deployments']),
    rule(['update'], apps, ['deployments/status', 'deployments/finalizers']),
    rule([...read, 'create', 'update', 'patch', 'delete'], apps, ['replicasets']),
    rule([...read, 'update'], coreGroup, ['pods']),
    eventsRule,
  ],
  'replicaset-controller': [
    rule([...read, 'update'], apps, ['replicasets']),
    rule(['update'], apps, ['replicasets/status', 'replicasets/finalizers']),
    rule(['list', 'watch', 'patch', 'create', 'delete'], coreGroup, ['pods']),
    eventsRule,
  ],
  'endpoint-controller': [
    rule(read, coreGroup, ['services', 'pods']),
    rule(keeps, coreGroup, ['endpoints']),
    rule(['create'], coreGroup, ['endpoints/restricted']),
    eventsRule,
  ],
  'endpointslice-controller': [
    rule(read, coreGroup, ['services', 'pods', 'nodes']),
    rule(['update'], coreGroup, ['services/finalizers']),
    rule(keeps, discovery, ['endpointslices']),
    eventsRule,
  ],
  'endpointslicemirroring-controller': [
    rule(read, coreGroup, ['services', 'endpoints']),
    rule(['update'], coreGroup, ['services/finalizers', 'endpoints/finalizers']),
    rule(keeps, discovery, ['endpointslices']),
    eventsRule,
  ],
  'generic-garbage-collector': [rule([...read, 'patch', 'update', 'delete'], all, all), eventsRule],
  'namespace-controller': [
    rule([...read, 'delete'], coreGroup, ['namespaces']),
    rule(['update'], coreGroup, ['namespaces/finalize', 'namespaces/status']),
    rule([...read, 'delete', 'deletecollection'], all, all),
  ],
  'node-controller': [
    rule([...read, 'update', 'delete', 'patch'], coreGroup, ['nodes']),
    rule(['patch', 'update'], coreGroup, ['nodes/status', 'pods/status']),
    rule([...read, 'delete'], coreGroup, ['pods']),
    eventsRule,
  ],
  'pod-garbage-collector': [
    rule(['list', 'watch', 'delete'], coreGroup, ['pods']),
    rule(read, coreGroup, ['nodes']),
    rule(['patch'], coreGroup, ['pods/status']),
  ],
  'root-ca-cert-publisher': [rule(['create', 'update'], coreGroup, ['configmaps']), eventsRule],
  'service-account-controller': [rule(['create'], coreGroup, ['serviceaccounts']), eventsRule],
  'service-controller': [
    rule(read, coreGroup, ['services']),
    rule(['patch', 'update'], coreGroup, ['services/status']),
    rule(['list', 'watch'], coreGroup, ['nodes']),
    eventsRule,
  ],
};

export const controllerRoles: readonly { name: string; rules: readonly PolicyRule[] }[] = Object.entries(rules).map(
  ([name, each]) => ({ name: `system:controller:${name}`, rules: each }),
);
