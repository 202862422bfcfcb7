/** What a write to `/status` keeps and puts back: PrepareForUpdate of upstream's status strategies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { signedRequest } from '../../../builders/signed-request.ts';
import { inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const labels = { app: 'web' };
const workload = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod('x').spec } };
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'b1f3c1d2-0000-4000-8000-000000000000' };
const inGroup = (groupVersion: string, plural: string) => `/apis/${groupVersion}/namespaces/default/${plural}`;
const apps = (plural: string) => inGroup('apps/v1', plural);
const work = { spec: { ...pod('x').spec, restartPolicy: 'Never' } };

interface Case {
  path: string;
  spec: object;
  /** A change of the spec and one of the status. */
  newSpec: object;
  newStatus: object;
  /** Metadata that a write to the status may not change. */
  putBack: readonly ('labels' | 'annotations' | 'finalizers' | 'ownerReferences')[];
}

/** What upstream's ResetObjectMetaForStatus puts back. */
const everyPart = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;
const condition = { type: 'Test', status: 'True' };
const wholeCondition = { ...condition, reason: 'Tested', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1';

const cases: Readonly<Record<string, Case>> = {
  namespaces: {
    path: '/api/v1/namespaces',
    spec: {},
    newSpec: { finalizers: ['example.com/mine'] },
    newStatus: { conditions: [{ type: 'Test', status: 'True' }] },
    putBack: [],
  },
  nodes: {
    path: '/api/v1/nodes',
    spec: {},
    newSpec: { unschedulable: true },
    newStatus: { phase: 'Running' },
    putBack: [],
  },
  pods: {
    path: inDefault('pods'),
    spec: { ...pod('x').spec },
    newSpec: { activeDeadlineSeconds: 5 },
    newStatus: { message: 'told' },
    putBack: ['ownerReferences'],
  },
  services: {
    path: inDefault('services'),
    spec: { ports: [{ port: 80 }] },
    newSpec: { sessionAffinity: 'ClientIP' },
    newStatus: { conditions: [{ type: 'Test', status: 'True', reason: 'Tested' }] },
    putBack: [],
  },
  replicasets: {
    path: apps('replicasets'),
    spec: workload,
    newSpec: { replicas: 7 },
    newStatus: { observedGeneration: 3 },
    putBack: [],
  },
  deployments: {
    path: apps('deployments'),
    spec: workload,
    newSpec: { replicas: 7 },
    newStatus: { observedGeneration: 3 },
    putBack: ['labels'],
  },
  statefulsets: {
    path: apps('statefulsets'),
    spec: { ...workload, serviceName: 'web' },
    newSpec: { replicas: 7 },
    newStatus: { observedGeneration: 3 },
    putBack: [],
  },
  daemonsets: {
    path: apps('daemonsets'),
    spec: workload,
    newSpec: { minReadySeconds: 7 },
    newStatus: { observedGeneration: 3 },
    putBack: [],
  },
  replicationcontrollers: {
    path: inDefault('replicationcontrollers'),
    spec: { selector: labels, template: workload.template },
    newSpec: { replicas: 7 },
    newStatus: { observedGeneration: 3 },
    putBack: [],
  },
  jobs: {
    path: inGroup('batch/v1', 'jobs'),
    spec: { template: work },
    newSpec: { parallelism: 7 },
    newStatus: { active: 1, startTime: '2026-01-01T00:00:00Z' },
    putBack: [],
  },
  cronjobs: {
    path: inGroup('batch/v1', 'cronjobs'),
    spec: { schedule: '@daily', jobTemplate: { spec: { template: work } } },
    newSpec: { suspend: true },
    newStatus: { lastScheduleTime: '2026-01-01T00:00:00Z' },
    putBack: [],
  },
  horizontalpodautoscalers: {
    path: inGroup('autoscaling/v2', 'horizontalpodautoscalers'),
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 2 },
    newSpec: { maxReplicas: 7 },
    newStatus: { currentReplicas: 1, desiredReplicas: 2 },
    putBack: [],
  },
  poddisruptionbudgets: {
    path: inGroup('policy/v1', 'poddisruptionbudgets'),
    spec: { selector: workload.selector, minAvailable: 1 },
    newSpec: { minAvailable: 2 },
    newStatus: { observedGeneration: 3, disruptionsAllowed: 1 },
    putBack: [],
  },
  resourcequotas: {
    path: inDefault('resourcequotas'),
    spec: { hard: { pods: '3' } },
    newSpec: { hard: { pods: '7' } },
    newStatus: { hard: { pods: '3' }, used: { pods: '1' } },
    putBack: [],
  },
  persistentvolumes: {
    path: '/api/v1/persistentvolumes',
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
    newSpec: { persistentVolumeReclaimPolicy: 'Delete' },
    newStatus: { phase: 'Available' },
    putBack: [],
  },
  persistentvolumeclaims: {
    path: inDefault('persistentvolumeclaims'),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    newSpec: { volumeName: 'other' },
    newStatus: { phase: 'Bound', capacity: { storage: '1Gi' } },
    putBack: [],
  },
  volumeattachments: {
    path: '/apis/storage.k8s.io/v1/volumeattachments',
    spec: { attacher: 'csi.example.com', nodeName: 'worker', source: { persistentVolumeName: 'data' } },
    newSpec: { nodeName: 'other' },
    newStatus: { attached: true },
    putBack: everyPart,
  },
  ingresses: {
    path: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    newSpec: { ingressClassName: 'other' },
    newStatus: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    putBack: [],
  },
  servicecidrs: {
    path: '/apis/networking.k8s.io/v1/servicecidrs',
    spec: { cidrs: ['10.112.0.0/16'] },
    newSpec: { cidrs: ['10.113.0.0/16'] },
    newStatus: { conditions: [wholeCondition] },
    putBack: everyPart,
  },
  certificatesigningrequests: {
    path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    spec: { request: signedRequest, signerName: 'example.com/signer', usages: ['client auth'] },
    newSpec: { expirationSeconds: 3600 },
    newStatus: { conditions: [{ type: 'Failed', status: 'True' }] },
    putBack: [],
  },
  flowschemas: {
    path: `${flowControl}/flowschemas`,
    spec: { priorityLevelConfiguration: { name: 'exempt' } },
    newSpec: { matchingPrecedence: 77 },
    newStatus: { conditions: [condition] },
    putBack: everyPart,
  },
  prioritylevelconfigurations: {
    path: `${flowControl}/prioritylevelconfigurations`,
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    newSpec: { limited: { nominalConcurrencyShares: 7, limitResponse: { type: 'Reject' } } },
    newStatus: { conditions: [condition] },
    putBack: everyPart,
  },
  validatingadmissionpolicies: {
    path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      validations: [{ expression: 'true' }],
    },
    newSpec: { failurePolicy: 'Ignore' },
    newStatus: { observedGeneration: 3 },
    putBack: everyPart,
  },
  resourceclaims: {
    path: '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims',
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] } },
    newSpec: { devices: {} },
    newStatus: { allocation: { devices: {} } },
    putBack: everyPart,
  },
};

const changes: Readonly<Record<string, unknown>> = {
  annotations: { note: 'kept' },
  labels: { team: 'kept' },
  finalizers: ['example.com/kept'],
  ownerReferences: [owner],
};

const given = Object.entries(cases);

/** The server itself writes these at any time, so that nobody else's write is sure to be the last. */
const ofTheServer = ['customresourcedefinitions', 'apiservices'];

it('has a case for every kind with a status', () => {
  expect(Object.keys(cases).sort()).toEqual(
    builtInKinds
      .filter(({ hasStatus, plural }) => hasStatus && !ofTheServer.includes(plural))
      .map(({ plural }) => plural)
      .sort(),
  );
});

describe.each(given)('a write to the status of %s', (_plural, { path, spec, newSpec, newStatus, putBack }) => {
  const make = () => api.create(path, { metadata: { name: 'web', labels: { before: 'there' } }, spec });
  const kept = Object.keys(changes).filter((field) => !putBack.some((each) => each === field));
  const changedBy = (before: AnyObject): AnyObject => ({
    ...before,
    metadata: { ...before.metadata, ...changes, labels: { ...before.metadata.labels, team: 'kept' } },
    spec: { ...before.spec, ...newSpec },
    status: { ...before.status, ...newStatus },
  });

  const check = (before: AnyObject, after: AnyObject) => {
    expect(after.status).toMatchObject(newStatus);
    expect(after.spec).toEqual(before.spec);
    expect(after.metadata.generation).toBe(before.metadata.generation);
    for (const field of kept) expect(after.metadata).toMatchObject({ [field]: changes[field] });
    for (const field of putBack) expect(after.metadata[field]).toEqual(before.metadata[field]);
  };

  it('by PUT changes status and metadata, and nothing else', async () => {
    const before = await make();
    const { status, body } = await api.request('PUT', `${path}/web/status`, changedBy(before));
    expect(status).toBe(200);
    check(before, body as AnyObject);
    check(before, await api.get(`${path}/web`));
  });

  it('by PATCH changes status and metadata, and nothing else', async () => {
    const before = await make();
    const patch = { metadata: changes, spec: newSpec, status: newStatus };
    const { status, body } = await api.request('PATCH', `${path}/web/status`, patch, merge);
    expect(status).toBe(200);
    check(before, body as AnyObject);
  });

  it('cannot change who made it and when', async () => {
    const before = await make();
    const metadata = { ...before.metadata, creationTimestamp: '1999-01-01T00:00:00Z', generation: 99 };
    const { body } = await api.request('PUT', `${path}/web/status`, { ...before, metadata });
    expect((body as AnyObject).metadata).toEqual(before.metadata);
  });

  it('is lost on the object itself', async () => {
    const before = await make();
    const { body } = await api.request('PATCH', `${path}/web`, { metadata: changes, status: newStatus }, merge);
    expect((body as AnyObject).status).toEqual(before.status);
    expect((body as AnyObject).metadata).toMatchObject(changes);
  });
});

it.each(
  builtInKinds
    .filter(({ hasStatus }) => !hasStatus)
    .map(({ plural, namespaced, representations: [first] }) => [
      `${first.group ? `/apis/${first.group}` : '/api'}/${first.version}${namespaced ? '/namespaces/default' : ''}/${plural}`,
    ]),
)('there is no status of %s', async (path) => {
  expect(await api.refused('PATCH', `${path}/web/status`, { status: {} }, merge)).toMatchObject({ code: 404 });
});

it('leaves a namespace its finalizers, which only its finalize subresource takes away', async () => {
  const path = '/api/v1/namespaces/team';
  const made = await api.create('/api/v1/namespaces', { metadata: { name: 'team' } });
  const patched = await api.request('PATCH', path, { spec: { finalizers: null } }, merge);
  expect(patched.body).toMatchObject({ spec: { finalizers: ['kubernetes'] } });
  const metadata = { ...made.metadata, annotations: { note: 'kept' } };
  const finalized = await api.request('PUT', `${path}/finalize`, { ...made, metadata, spec: {}, status: {} });
  expect(finalized.body).toMatchObject({ metadata: { annotations: { note: 'kept' } }, status: { phase: 'Active' } });
  expect((finalized.body as AnyObject).spec?.finalizers).toBeUndefined();
});
