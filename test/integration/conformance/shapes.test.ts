/**
 * Objects of few words and of odd ones, as upstream's tests write them: what they leave out is absent in protobuf and
 * null or zero in Go's JSON, and both must do.
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/test/e2e
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../../agent/api/json/value.ts';
import { type Conformance, startConformance } from './conformance.ts';

let world: Conformance;
let namespace: string;
beforeAll(async () => {
  world = await startConformance();
  namespace = await world.namespace('shapes');
});
afterAll(() => world.close());

interface Shape {
  apiVersion: string;
  kind: string;
  plural: string;
  clusterScoped?: boolean;
  metadata?: JsonObject;
  /** In Go's JSON, with the nulls that it has. */
  object: JsonObject;
  /** Of the answer. */
  expected?: object;
}

const storage = 'storage.k8s.io/v1';
const labels = { app: 'e2e' };
const template = {
  metadata: { creationTimestamp: null, labels },
  spec: { containers: [{ name: 'c', image: 'busybox', resources: {} }] },
};
const jobTemplate = {
  metadata: { creationTimestamp: null },
  spec: {
    template: { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } },
    parallelism: 1,
    completions: 1,
  },
};

const shapes: readonly [string, Shape][] = [
  [
    'a CSINode without drivers',
    {
      apiVersion: storage,
      kind: 'CSINode',
      plural: 'csinodes',
      clusterScoped: true,
      object: { spec: { drivers: null } },
    },
  ],
  [
    'a CSIStorageCapacity without a capacity',
    {
      apiVersion: storage,
      kind: 'CSIStorageCapacity',
      plural: 'csistoragecapacities',
      object: { storageClassName: 'e2e.example.com' },
    },
  ],
  [
    'a VolumeAttachment with an identity of its own, and not attached',
    {
      apiVersion: storage,
      kind: 'VolumeAttachment',
      plural: 'volumeattachments',
      clusterScoped: true,
      metadata: { uid: 'va-e2e' },
      object: {
        spec: { attacher: 'e2e-test.storage.k8s.io', nodeName: 'worker', source: { persistentVolumeName: 'pv' } },
        status: { attached: false },
      },
      expected: { metadata: { uid: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    },
  ],
  [
    'a StorageClass with a policy and a mode',
    {
      apiVersion: storage,
      kind: 'StorageClass',
      plural: 'storageclasses',
      clusterScoped: true,
      object: {
        provisioner: 'e2e-fake-provisioner',
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'Immediate',
        allowVolumeExpansion: null,
        parameters: null,
      },
    },
  ],
  [
    'an IPAddress of an unknown owner',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      plural: 'ipaddresses',
      clusterScoped: true,
      metadata: { name: '255.255.255.255', labels: { type: 'broadcast' } },
      object: { spec: { parentRef: { group: 'mygroup', resource: 'myresources', namespace: 'foo', name: 'bar' } } },
    },
  ],
  [
    'an IPAddress of version 6',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      plural: 'ipaddresses',
      clusterScoped: true,
      metadata: { name: 'fe80::42:1dff:fe84:f9e2' },
      object: { spec: { parentRef: { group: 'mygroup', resource: 'myresources', namespace: 'foo', name: 'bar' } } },
    },
  ],
  [
    'a CronJob with a question mark in its schedule',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      plural: 'cronjobs',
      object: { spec: { schedule: '* */1 * * ?', concurrencyPolicy: 'Allow', jobTemplate }, status: {} },
      expected: { spec: { schedule: '* */1 * * ?', suspend: false, successfulJobsHistoryLimit: 3 } },
    },
  ],
  [
    'a Job that is suspended',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      plural: 'jobs',
      object: { spec: { ...jobTemplate.spec, suspend: true, backoffLimit: 6, manualSelector: false }, status: {} },
    },
  ],
  [
    'a PodDisruptionBudget with disrupted pods in its status',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      plural: 'poddisruptionbudgets',
      object: { spec: { selector: { matchLabels: labels }, minAvailable: '10%' }, status: {} },
    },
  ],
  [
    'a ControllerRevision with a template as data',
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      plural: 'controllerrevisions',
      object: { data: { spec: { template: { $patch: 'replace', spec: { containers: [] } } } }, revision: 3 },
      expected: { data: { spec: { template: { $patch: 'replace', spec: { containers: [] } } } }, revision: 3 },
    },
  ],
  [
    'a StatefulSet with templates of claims',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      plural: 'statefulsets',
      object: {
        spec: {
          replicas: 0,
          selector: { matchLabels: labels },
          template,
          serviceName: 'test',
          updateStrategy: {},
          volumeClaimTemplates: [
            {
              metadata: { name: 'datadir', creationTimestamp: null },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
              status: {},
            },
          ],
        },
        status: { replicas: 0, availableReplicas: 0 },
      },
    },
  ],
  [
    'a DaemonSet',
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      plural: 'daemonsets',
      object: {
        spec: { selector: { matchLabels: labels }, template, updateStrategy: {} },
        status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
      },
    },
  ],
  [
    'a ReplicationController that selects by its template',
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      plural: 'replicationcontrollers',
      object: { spec: { replicas: 0, template }, status: { replicas: 0 } },
      expected: { spec: { selector: labels } },
    },
  ],
  [
    'an Ingress with hosts, wildcards and certificates',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      plural: 'ingresses',
      object: {
        spec: {
          defaultBackend: { service: { name: 'default-backend', port: { number: 80 } } },
          tls: [{ hosts: ['*.bar.com'], secretName: 'tls' }],
          rules: [
            {
              host: '*.bar.com',
              http: {
                paths: [
                  { path: '/foo', pathType: 'Prefix', backend: { service: { name: 'test', port: { name: 'http' } } } },
                  {
                    path: '/bar',
                    pathType: 'Exact',
                    backend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'static' } },
                  },
                ],
              },
            },
          ],
        },
        status: { loadBalancer: {} },
      },
    },
  ],
  [
    'an Endpoints without subsets',
    { apiVersion: 'v1', kind: 'Endpoints', plural: 'endpoints', object: { subsets: null } },
  ],
  [
    'an EndpointSlice without ports',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      plural: 'endpointslices',
      object: { addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'], conditions: {} }], ports: null },
    },
  ],
  [
    'a Role without rules',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles', object: { rules: null } },
  ],
  [
    'a Lease without a spec',
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', object: { spec: {} } },
  ],
  [
    'a NetworkPolicy that lets nobody in',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      plural: 'networkpolicies',
      object: { spec: { podSelector: {}, ingress: [], policyTypes: ['Ingress'] } },
    },
  ],
  [
    'a webhook configuration without webhooks',
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      plural: 'validatingwebhookconfigurations',
      clusterScoped: true,
      object: { webhooks: null },
    },
  ],
];

it.each(shapes)('accepts %s, in protobuf and in JSON', async (_what, shape) => {
  const { apiVersion, kind, plural, clusterScoped, metadata = {}, object, expected = {} } = shape;
  const which = [apiVersion, kind, plural, ...(clusterScoped ? [] : [namespace])] as const;
  for (const client of [world.typed(...which), world.dynamic(...which)]) {
    const made = await client.create({
      ...object,
      metadata: { ...('name' in metadata ? {} : { name: 'shape' }), creationTimestamp: null, ...metadata },
    });
    expect(made).toMatchObject({ kind, ...expected });
    // A controller may write the status between the two: then once more.
    const isWrittenUnchanged = async () => {
      const read = await client.get(made.metadata.name);
      const { metadata: updated } = await client.update(read);
      return updated.resourceVersion !== read.metadata.resourceVersion;
    };
    await expect.poll(isWrittenUnchanged).toBe(false);
    await client.delete(made.metadata.name);
    await expect
      .poll(async () => (await client.list({ fieldSelector: `metadata.name=${made.metadata.name}` })).items)
      .toEqual([]);
  }
});

it('has times by the name of a pod in the status of a PodDisruptionBudget', async () => {
  const budgets = world.typed('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', namespace);
  await budgets.create({ metadata: { name: 'times' }, spec: { selector: { matchLabels: labels }, minAvailable: 1 } });
  const disruptedPods = { 'pod-1': '2026-01-01T00:00:00Z' };
  const updated = await budgets.updateOnConflict(
    'times',
    (object) => {
      object.status = { ...(object.status as object), disruptedPods };
    },
    'status',
  );
  expect(updated.status).toMatchObject({ disruptedPods });
  // The controller forgets pods that are not there, so the patch names both.
  const both = { ...disruptedPods, 'pod-2': '2026-01-01T00:00:01Z' };
  const patched = await budgets.patch('times', 'merge-patch', { status: { disruptedPods: both } }, 'status');
  expect(patched.status).toMatchObject({ disruptedPods: both });
});
