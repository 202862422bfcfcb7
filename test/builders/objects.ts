/** Objects as the API server would have stored them. Pass only what the test is about. */
import type {
  DaemonSet,
  Deployment,
  Node,
  ObjectMeta,
  Pod,
  ReplicaSet,
  Service,
  StatefulSet,
} from '../../agent/api/types.ts';

let serial = 0;

const aMeta = (prefix: string, overrides: Partial<ObjectMeta> = {}): ObjectMeta => {
  serial += 1;
  const name = overrides.name ?? `${prefix}-${serial}`;
  return {
    uid: `uid-${prefix}-${serial}`,
    resourceVersion: String(serial),
    creationTimestamp: '2026-01-01T00:00:00Z',
    generation: 1,
    ...overrides,
    name,
  };
};

type Overrides<T extends { spec: unknown; status?: unknown }> = {
  metadata?: Partial<ObjectMeta>;
  spec?: Partial<T['spec']>;
  status?: T extends { status?: infer S } ? S : never;
};

export const aPod = ({ metadata, spec, status }: Overrides<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: aMeta('pod', { namespace: 'default', ...metadata }),
  spec: { containers: [{ name: 'main', image: 'web:1.0' }], ...spec },
  status: { phase: 'Pending', ...status },
});

/** Running and ready since `since` (RFC 3339). */
export const aReadyPod = ({ metadata, spec, status }: Overrides<Pod> = {}, since = '2026-01-01T00:00:00Z'): Pod =>
  aPod({
    metadata,
    spec: { nodeName: 'worker', ...spec },
    status: {
      phase: 'Running',
      podIP: '10.244.1.2',
      podIPs: [{ ip: '10.244.1.2' }],
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
      ...status,
    },
  });

/** Ready, with 4 CPUs, 8 GiB and room for 110 pods. */
export const aNode = ({ metadata, spec, status }: Overrides<Node> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: aMeta('node', metadata),
  spec: { ...spec },
  status: {
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    ...status,
  },
});

export const aService = ({ metadata, spec, status }: Overrides<Service> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: aMeta('service', { namespace: 'default', ...metadata }),
  spec: { type: 'ClusterIP', clusterIP: '10.96.1.1', ipFamilies: ['IPv4'], ...spec },
  status: { ...status },
});

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image: 'web:1.0' }] },
});

export const aReplicaSet = ({ metadata, spec, status }: Overrides<ReplicaSet> = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: aMeta('rs', { namespace: 'default', ...metadata }),
  spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('web'), ...spec },
  status: { replicas: 0, ...status },
});

export const aDeployment = ({ metadata, spec, status }: Overrides<Deployment> = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: aMeta('deployment', { namespace: 'default', ...metadata }),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: template('web'),
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    ...spec,
  },
  status: { ...status },
});

export const aStatefulSet = ({ metadata, spec, status }: Overrides<StatefulSet> = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: aMeta('set', { namespace: 'default', ...metadata }),
  spec: {
    replicas: 1,
    serviceName: 'web',
    selector: { matchLabels: { app: 'web' } },
    template: template('web'),
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    ...spec,
  },
  ...(status ? { status } : {}),
});

export const aDaemonSet = ({ metadata, spec, status }: Overrides<DaemonSet> = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: aMeta('ds', {
    namespace: 'default',
    annotations: { 'deprecated.daemonset.template.generation': '1' },
    ...metadata,
  }),
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: template('web'),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    revisionHistoryLimit: 10,
    ...spec,
  },
  ...(status ? { status } : {}),
});
