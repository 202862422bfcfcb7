/** Upstream's tests of API operations, lifecycles and collections, of every kind that has such a test. */
import { afterAll, beforeAll, it } from 'vitest';
import { lifecycles } from '../../unit/agent/apiserver/kinds/lifecycle-kinds.ts';
import { examples, selector, template } from '../../unit/agent/apiserver/kinds/objects.ts';
import { type Conformance, startConformance } from './conformance.ts';
import { type Operations, operate } from './operations.ts';

let world: Conformance;
let namespace: string;
beforeAll(async () => {
  world = await startConformance();
  namespace = await world.namespace('operations');
});
afterAll(() => world.close());

const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody' }];
const time = '2026-01-01T00:00:00.123456Z';
const regarding = { namespace: 'default', kind: 'Pod', name: 'web' };

const others: readonly [string, Operations][] = [
  [
    'ConfigMap should run through a ConfigMap lifecycle',
    { group: '', plural: 'configmaps', object: { data: { a: 'b' } } },
  ],
  [
    'Secrets should patch a secret',
    { group: '', plural: 'secrets', object: { type: 'Opaque', data: { key: 'dmFsdWU=' } } },
  ],
  [
    'ServiceAccounts should run through the lifecycle of a ServiceAccount',
    { group: '', plural: 'serviceaccounts', object: {} },
  ],
  [
    'Services should delete a collection of services, and complete a service status lifecycle',
    {
      group: '',
      plural: 'services',
      object: { spec: { type: 'LoadBalancer', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }] } },
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] } },
    },
  ],
  [
    'Endpoints should test the lifecycle of an Endpoint',
    {
      group: '',
      plural: 'endpoints',
      object: { subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }] },
    },
  ],
  [
    'Events should manage the lifecycle of an event',
    {
      group: '',
      plural: 'events',
      object: {
        message: 'This is a test event',
        reason: 'Test',
        type: 'Normal',
        count: 1,
        involvedObject: { namespace: 'NAMESPACE', kind: 'Pod', name: 'web' },
      },
    },
  ],
  [
    'Events API should ensure that an event can be fetched, patched, deleted, and listed',
    {
      group: 'events.k8s.io',
      plural: 'events',
      object: {
        eventTime: time,
        note: 'This is a test event',
        reason: 'Test',
        action: 'Do',
        type: 'Normal',
        reportingController: 'test-controller',
        reportingInstance: 'test-node',
        regarding: { ...regarding, namespace: 'NAMESPACE' },
        series: { count: 2, lastObservedTime: time },
      },
    },
  ],
  [
    'Lease lease API should be available',
    {
      group: 'coordination.k8s.io',
      plural: 'leases',
      object: {
        spec: {
          holderIdentity: 'holder',
          leaseDurationSeconds: 30,
          leaseTransitions: 0,
          acquireTime: time,
          renewTime: time,
        },
      },
    },
  ],
  [
    'EndpointSlice should support creating EndpointSlice API operations',
    {
      group: 'discovery.k8s.io',
      plural: 'endpointslices',
      object: {
        addressType: 'IPv4',
        endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }],
        ports: [{ name: 'http', port: 80 }],
      },
    },
  ],
  [
    'Namespaces should apply an update to a Namespace, and changes to a namespace status',
    {
      group: '',
      plural: 'namespaces',
      clusterScoped: true,
      object: {},
      status: {
        conditions: [{ type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' }],
      },
      lacks: ['deletecollection'],
    },
  ],
  ['Role', { group: 'rbac.authorization.k8s.io', plural: 'roles', object: { rules } }],
  [
    'ClusterRole',
    { group: 'rbac.authorization.k8s.io', plural: 'clusterroles', clusterScoped: true, object: { rules } },
  ],
  ['RoleBinding', { group: 'rbac.authorization.k8s.io', plural: 'rolebindings', object: { roleRef, subjects } }],
  [
    'ClusterRoleBinding',
    {
      group: 'rbac.authorization.k8s.io',
      plural: 'clusterrolebindings',
      clusterScoped: true,
      object: { roleRef, subjects },
    },
  ],
  [
    'Deployment should run the lifecycle of a Deployment',
    {
      group: 'apps',
      plural: 'deployments',
      object: { spec: { replicas: 0, selector, template } },
      status: { conditions: [{ type: 'StatusUpdate', status: 'True' }] },
      subresources: ['scale'],
    },
  ],
  [
    'ReplicaSet should list and delete a collection of ReplicaSets',
    {
      group: 'apps',
      plural: 'replicasets',
      object: { spec: { replicas: 0, selector, template } },
      subresources: ['scale'],
    },
  ],
  [
    'HorizontalPodAutoscaler in its first version',
    {
      group: 'autoscaling',
      plural: 'horizontalpodautoscalers',
      object: { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 2 } },
      status: { currentReplicas: 1, desiredReplicas: 2 },
    },
  ],
];

/** What upstream's tests write to the status of kinds that are in the table of examples. */
const statuses: Readonly<Record<string, object>> = {
  StatefulSet: {
    conditions: [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }],
  },
  DaemonSet: { conditions: [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }] },
  ReplicationController: { conditions: [{ type: 'StatusUpdate', status: 'True' }] },
  Job: { conditions: [{ type: 'CustomConditionType', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  CronJob: { lastScheduleTime: '2026-01-01T00:00:00Z' },
  HorizontalPodAutoscaler: { currentReplicas: 1, desiredReplicas: 2 },
  PodDisruptionBudget: { currentHealthy: 1, observedGeneration: 1 },
  ResourceQuota: { hard: { pods: '1' } },
};

const operationsOf = ([kind, { path, content }]: [string, (typeof examples)[string]]): [string, Operations] => {
  const [, group = '', version = '', inNamespace, plural = ''] =
    /^\/apis?(?:\/([a-z0-9.]+))?\/(v\d+)(\/namespaces\/default)?\/(\w+)$/.exec(path) ?? [];
  const status = statuses[kind];
  return [
    `${kind} API operations`,
    {
      group,
      version,
      plural,
      object: content,
      ...(inNamespace ? {} : { clusterScoped: true }),
      ...(status ? { status } : {}),
    },
  ];
};

it.each([...lifecycles, ...others, ...Object.entries(examples).map(operationsOf)])('%s', (_behaviour, kind) =>
  operate(world, kind, namespace),
);
