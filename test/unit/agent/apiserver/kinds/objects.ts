/** One object of each kind, as a user writes it, and where it is served. */
import { pod } from '../api.ts';

type Json = Record<string, unknown>;

export interface Example {
  /** The collection, in the namespace `default` where there is one. */
  path: string;
  /** What is written beside `metadata`. */
  content: Json;
  /** A merge patch that changes it. */
  change: Json;
}

export const labels = { app: 'web' };
export const selector = { matchLabels: labels };
export const template = { metadata: { labels }, spec: pod('x').spec };
export const work = { spec: { ...pod('x').spec, restartPolicy: 'Never' } };

export const inGroup = (groupVersion: string, plural: string): string =>
  `/apis/${groupVersion}/namespaces/default/${plural}`;
const inCore = (plural: string): string => `/api/v1/namespaces/default/${plural}`;

export const examples: Readonly<Record<string, Example>> = {
  StatefulSet: {
    path: inGroup('apps/v1', 'statefulsets'),
    content: { spec: { selector, template, serviceName: 'web' } },
    change: { spec: { replicas: 3 } },
  },
  DaemonSet: {
    path: inGroup('apps/v1', 'daemonsets'),
    content: { spec: { selector, template } },
    change: { spec: { minReadySeconds: 3 } },
  },
  ControllerRevision: {
    path: inGroup('apps/v1', 'controllerrevisions'),
    content: { data: { spec: {} }, revision: 1 },
    change: { revision: 3 },
  },
  ReplicationController: {
    path: inCore('replicationcontrollers'),
    content: { spec: { selector: labels, template } },
    change: { spec: { replicas: 3 } },
  },
  PodTemplate: {
    path: inCore('podtemplates'),
    content: { template },
    change: { template: { metadata: { labels: { tier: 'front' } } } },
  },
  Job: {
    path: inGroup('batch/v1', 'jobs'),
    content: { spec: { template: work } },
    change: { spec: { parallelism: 3 } },
  },
  CronJob: {
    path: inGroup('batch/v1', 'cronjobs'),
    content: { spec: { schedule: '@hourly', jobTemplate: { spec: { template: work } } } },
    change: { spec: { schedule: '*/5 * * * *' } },
  },
  HorizontalPodAutoscaler: {
    path: inGroup('autoscaling/v2', 'horizontalpodautoscalers'),
    content: { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 2 } },
    change: { spec: { maxReplicas: 3 } },
  },
  PodDisruptionBudget: {
    path: inGroup('policy/v1', 'poddisruptionbudgets'),
    content: { spec: { selector, minAvailable: 1 } },
    change: { spec: { minAvailable: '30%' } },
  },
  LimitRange: {
    path: inCore('limitranges'),
    content: { spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } },
    change: { spec: { limits: [{ type: 'Container', max: { cpu: '3' } }] } },
  },
  ResourceQuota: {
    path: inCore('resourcequotas'),
    content: { spec: { hard: { pods: '1' } } },
    change: { spec: { hard: { pods: '3' } } },
  },
  PriorityClass: {
    path: '/apis/scheduling.k8s.io/v1/priorityclasses',
    content: { value: 100 },
    change: { description: 'changed' },
  },
  RuntimeClass: {
    path: '/apis/node.k8s.io/v1/runtimeclasses',
    content: { handler: 'runc' },
    change: { overhead: { podFixed: { cpu: '10m' } } },
  },
};

export function exampleOf(kind: string): Example {
  const found = examples[kind];
  if (!found) throw new Error(`no example of ${kind}`);
  return found;
}
