/**
 * What upstream asks of quotas and limit ranges, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/resource_quota.go and
 * ../scheduling/limit_range.go
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../agent/api/json/value.ts';
import type { AnyObject } from '../../../agent/api/types.ts';
import { type Conformance, nameOf, startConformance } from './conformance.ts';
import type { ResourceClient } from './go-client.ts';

let world: Conformance;
let namespace: string;
let quotas: ResourceClient;
beforeAll(async () => {
  world = await startConformance();
});
beforeEach(async () => {
  namespace = await world.namespace('resourcequota');
  quotas = core('ResourceQuota', 'resourcequotas');
});
afterAll(() => world.close());

const core = (kind: string, plural: string) => world.typed('v1', kind, plural, namespace);
type Amounts = Record<string, string>;

const hard: Amounts = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  configmaps: '10',
  secrets: '10',
  persistentvolumeclaims: '10',
  cpu: '1',
  memory: '500Mi',
  'requests.storage': '10Gi',
  'requests.ephemeral-storage': '50Gi',
  'gold.storageclass.storage.k8s.io/requests.storage': '10Gi',
  'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '10',
  'requests.example.com/dongle': '3',
};

const counts = (amounts: Amounts, name = 'test-quota') =>
  expect.poll(async () => ((await quotas.get(name)).status as { used?: Amounts }).used ?? {}).toMatchObject(amounts);
const limit = async (spec: JsonObject = {}, name = 'test-quota') =>
  quotas.create({ metadata: { name }, spec: { hard, ...spec } });
const container = { name: 'pause', image: 'pause:3.9' };
const podOf = (name: string, resources: JsonObject = {}, rest: JsonObject = {}) => ({
  metadata: { name },
  spec: {
    nodeSelector: { 'x-test.k8s.io/unsatisfiable': 'not-schedulable' },
    containers: [{ ...container, resources }],
    ...rest,
  },
});

describe('ResourceQuota', () => {
  it('should create a ResourceQuota and ensure its status is promptly calculated.', async () => {
    await limit();
    await counts({ resourcequotas: '1' });
  });

  it('should create a ResourceQuota and capture the life of a service.', async () => {
    await limit();
    const services = core('Service', 'services');
    const service = (name: string, type: string) =>
      services.create({ metadata: { name }, spec: { type, ports: [{ port: 80, targetPort: 80 }] } });
    await service('test-service', 'ClusterIP');
    await service('test-service-np', 'NodePort');
    await expect(service('test-service-lb', 'LoadBalancer')).rejects.toMatchObject({ code: 403 });
    await counts({ resourcequotas: '1', services: '2', 'services.nodeports': '1' });
    await services.delete('test-service');
    await services.delete('test-service-np');
    await counts({ services: '0', 'services.nodeports': '0' });
  });

  it.each<[string, string, string, string, JsonObject]>([
    ['secret', 'secrets', 'v1', 'Secret', { data: { 'data-1': 'dmFsdWU=' } }],
    ['configMap', 'configmaps', 'v1', 'ConfigMap', { data: { a: 'b' } }],
    [
      'replication controller',
      'replicationcontrollers',
      'v1',
      'ReplicationController',
      {
        spec: {
          replicas: 0,
          selector: { name: 'test-rc' },
          template: {
            metadata: { labels: { name: 'test-rc' } },
            spec: { containers: [{ name: 'test-rc', image: 'pause:3.9' }] },
          },
        },
      },
    ],
    [
      'persistent volume claim',
      'persistentvolumeclaims',
      'v1',
      'PersistentVolumeClaim',
      { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ],
  ])('should create a ResourceQuota and capture the life of a %s.', async (_what, plural, version, kind, object) => {
    const client = world.typed(version, kind, plural, namespace);
    // A new namespace gets a config map of the root CA.
    await expect.poll(async () => (await core('ConfigMap', 'configmaps').list()).items.length).toBe(1);
    const before = (await client.list()).items.length;
    await limit();
    await counts({ resourcequotas: '1', [plural]: String(before) });
    await client.create({ metadata: { name: 'test' }, ...object });
    await counts({ [plural]: String(before + 1) });
    await client.delete('test');
    await counts({ [plural]: String(before) });
  });

  it('should create a ResourceQuota and capture the life of a replica set.', async () => {
    await limit({ hard: { 'count/replicasets.apps': '5' } });
    await counts({ 'count/replicasets.apps': '0' });
    const sets = world.typed('apps/v1', 'ReplicaSet', 'replicasets', namespace);
    const labels = { name: 'test-rs' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'test-rs', image: 'pause:3.9' }] } };
    await sets.create({
      metadata: { name: 'test-rs' },
      spec: { replicas: 0, selector: { matchLabels: labels }, template },
    });
    await counts({ 'count/replicasets.apps': '1' });
    await sets.delete('test-rs');
    await counts({ 'count/replicasets.apps': '0' });
  });

  it('should create a ResourceQuota and capture the life of a pod.', async () => {
    const pods = core('Pod', 'pods');
    await limit();
    await counts({ resourcequotas: '1' });
    const dongles = { 'example.com/dongle': '2' };
    const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', ...dongles };
    await pods.create(podOf('test-pod', { requests, limits: dongles }));
    const used = {
      resourcequotas: '1',
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'requests.ephemeral-storage': '30Gi',
      'requests.example.com/dongle': '2',
    };
    await counts(used);
    await expect(pods.create(podOf('fail-pod', { requests: { cpu: '600m', memory: '100Mi' } }))).rejects.toMatchObject({
      code: 403,
      reason: 'Forbidden',
    });
    await expect(pods.create(podOf('fail-extended', { requests, limits: dongles }))).rejects.toMatchObject({
      code: 403,
      reason: 'Forbidden',
    });
    const requested = { cpu: '100m', memory: '100Mi', 'ephemeral-storage': '10Gi' };
    await expect(
      pods.updateOnConflict('test-pod', ({ spec }) => {
        (spec as { containers: { resources: object }[] }).containers[0] = {
          ...container,
          resources: { requests: requested },
        };
      }),
    ).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
    await counts(used);
    await pods.delete('test-pod', { gracePeriodSeconds: 0 });
    await counts({
      pods: '0',
      cpu: '0',
      memory: '0',
      'requests.ephemeral-storage': '0',
      'requests.example.com/dongle': '0',
    });
  });

  it('should verify ResourceQuota with terminating scopes.', async () => {
    const pods = core('Pod', 'pods');
    const scoped = {
      'requests.cpu': '1',
      'requests.memory': '500Mi',
      'limits.cpu': '2',
      'limits.memory': '1Gi',
      pods: '5',
    };
    await limit({ hard: scoped, scopes: ['Terminating'] }, 'quota-terminating');
    await limit({ hard: scoped, scopes: ['NotTerminating'] }, 'quota-not-terminating');
    await counts({ pods: '0' }, 'quota-terminating');
    await counts({ pods: '0' }, 'quota-not-terminating');
    const resources = { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '1', memory: '400Mi' } };
    const full = {
      pods: '1',
      'requests.cpu': '500m',
      'requests.memory': '200Mi',
      'limits.cpu': '1',
      'limits.memory': '400Mi',
    };
    const empty = { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'limits.cpu': '0', 'limits.memory': '0' };
    await pods.create(podOf('test-pod', resources));
    await counts(full, 'quota-not-terminating');
    await counts(empty, 'quota-terminating');
    await pods.delete('test-pod', { gracePeriodSeconds: 0 });
    await counts(empty, 'quota-not-terminating');
    await pods.create(podOf('terminating-pod', resources, { activeDeadlineSeconds: 3600 }));
    await counts(full, 'quota-terminating');
    await counts(empty, 'quota-not-terminating');
    await pods.delete('terminating-pod', { gracePeriodSeconds: 0 });
    await counts(empty, 'quota-terminating');
  });

  it('should verify ResourceQuota with best effort scope.', async () => {
    const pods = core('Pod', 'pods');
    await limit({ hard: { pods: '5' }, scopes: ['BestEffort'] }, 'quota-besteffort');
    await limit({ hard: { pods: '5' }, scopes: ['NotBestEffort'] }, 'quota-not-besteffort');
    await pods.create(podOf('besteffort'));
    await counts({ pods: '1' }, 'quota-besteffort');
    await counts({ pods: '0' }, 'quota-not-besteffort');
    await pods.create(podOf('burstable', { requests: { cpu: '500m' } }));
    await counts({ pods: '1' }, 'quota-not-besteffort');
    await counts({ pods: '1' }, 'quota-besteffort');
  });

  it('should be able to update and delete ResourceQuota.', async () => {
    await quotas.create({ metadata: { name: 'test-quota' }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
    const updated = await quotas.updateOnConflict('test-quota', (object) => {
      object.spec = { hard: { cpu: '2', memory: '1Gi' } };
    });
    expect(updated.spec).toEqual({ hard: { cpu: '2', memory: '1Gi' } });
    await quotas.delete('test-quota');
    await expect(quotas.get('test-quota')).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('should manage the lifecycle of a ResourceQuota', async () => {
    await quotas.create({ metadata: { name: 'e2e-quota' }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
    expect((await quotas.get('e2e-quota')).spec).toEqual({ hard: { cpu: '1', memory: '500Mi' } });
    const patch = { metadata: { labels: { 'e2e-rq': 'patched' } }, spec: { hard: { memory: '750Mi' } } };
    expect(await quotas.patch('e2e-quota', 'strategic-merge-patch', patch)).toMatchObject({
      metadata: { labels: { 'e2e-rq': 'patched' } },
      spec: { hard: { cpu: '1', memory: '750Mi' } },
    });
    const selection = { labelSelector: 'e2e-rq=patched' };
    const everywhere = world.typed('v1', 'ResourceQuota', 'resourcequotas');
    expect((await everywhere.list(selection)).items.map(nameOf)).toEqual(['e2e-quota']);
    await quotas.deleteCollection({}, selection);
    await expect.poll(async () => (await quotas.list(selection)).items).toEqual([]);
  });

  it('should apply changes to a resourcequota status', async () => {
    await quotas.create({ metadata: { name: 'e2e-rq' }, spec: { hard: { cpu: '500m', memory: '500Mi' } } });
    await expect
      .poll(async () => (await quotas.get('e2e-rq')).status)
      .toMatchObject({ hard: { cpu: '500m', memory: '500Mi' } });
    const watch = await quotas.watch({ fieldSelector: 'metadata.name=e2e-rq' });
    const hardOf = (object: object) => (object as AnyObject & { status: { hard: Amounts } }).status.hard;
    await quotas.updateOnConflict(
      'e2e-rq',
      (object) => {
        object.status = { ...(object.status as object), hard: { cpu: '1', memory: '1Gi' } };
      },
      'status',
    );
    await watch.until(({ object }) => hardOf(object).cpu === '1');
    // The controller says what its spec says.
    await watch.until(({ object }) => hardOf(object).cpu === '500m');
    const patch = { metadata: { labels: { 'e2e-rq': 'patched' } }, status: { hard: { cpu: '2', memory: '2Gi' } } };
    expect(await quotas.patch('e2e-rq', 'merge-patch', patch, 'status')).toMatchObject(patch);
    await watch.until(({ object }) => hardOf(object).cpu === '500m');
    watch.stop();
  });
});

describe('LimitRange', () => {
  const amounts = (cpu: string, memory: string, storage: string) => ({ cpu, memory, 'ephemeral-storage': storage });
  const limits = {
    type: 'Container',
    min: amounts('50m', '100Mi', '100Gi'),
    max: amounts('500m', '500Mi', '500Gi'),
    default: amounts('500m', '500Mi', '500Gi'),
    defaultRequest: amounts('100m', '200Mi', '200Gi'),
  };
  const resourcesOf = ({ spec }: AnyObject) =>
    (spec as { containers: { resources: object }[] }).containers[0]?.resources;

  it('should create a LimitRange with defaults and ensure pod has those defaults applied.', async () => {
    const ranges = core('LimitRange', 'limitranges');
    const pods = core('Pod', 'pods');
    const list = await ranges.list({ labelSelector: 'time=now' });
    const watch = await ranges.watch({
      labelSelector: 'time=now',
      resourceVersion: list.metadata.resourceVersion ?? '',
    });
    await ranges.create({ metadata: { name: 'limit-range', labels: { time: 'now' } }, spec: { limits: [limits] } });
    expect((await watch.next()).type).toBe('ADDED');
    expect((await ranges.get('limit-range')).spec).toEqual({ limits: [limits] });
    expect(resourcesOf(await pods.create(podOf('pod-no-resources')))).toEqual({
      requests: limits.defaultRequest,
      limits: limits.default,
    });
    const partial = { requests: { cpu: '300m', memory: '150Mi' }, limits: { cpu: '300m' } };
    expect(resourcesOf(await pods.create(podOf('pod-partial-resources', partial)))).toEqual({
      requests: amounts('300m', '150Mi', '200Gi'),
      limits: amounts('300m', '500Mi', '500Gi'),
    });
    const under = { requests: amounts('10m', '50Mi', '50Gi') };
    await expect(pods.create(podOf('pod-under', under))).rejects.toMatchObject({ code: 403, reason: 'Forbidden' });
    const over = { requests: amounts('600m', '600Mi', '600Gi') };
    // More than what the limit is by default.
    await expect(pods.create(podOf('pod-over', over))).rejects.toMatchObject({ reason: 'Invalid' });
    const min = amounts('9m', '49Mi', '49Gi');
    await ranges.updateOnConflict('limit-range', (object) => {
      object.spec = { limits: [{ ...limits, min }] };
    });
    expect((await ranges.get('limit-range')).spec).toEqual({ limits: [{ ...limits, min }] });
    await pods.create(podOf('pod-under-now', under));
    await expect(pods.create(podOf('pod-over', { ...over, limits: over.requests }))).rejects.toMatchObject({
      reason: 'Forbidden',
    });
    await ranges.delete('limit-range');
    await expect.poll(async () => (await ranges.list({ labelSelector: 'time=now' })).items).toEqual([]);
    await pods.create(podOf('pod-over', over));
  });

  it('should list, patch and delete a LimitRange by collection', async () => {
    const ranges = core('LimitRange', 'limitranges');
    const everywhere = world.typed('v1', 'LimitRange', 'limitranges');
    const labels = { 'e2e-lr': 'yes' };
    await ranges.create({ metadata: { name: 'e2e-limitrange', labels }, spec: { limits: [limits] } });
    const other = await world.namespace('other');
    await world
      .typed('v1', 'LimitRange', 'limitranges', other)
      .create({ metadata: { name: 'e2e-limitrange', labels }, spec: { limits: [limits] } });
    const selection = { labelSelector: 'e2e-lr=yes' };
    expect((await everywhere.list(selection)).items).toHaveLength(2);
    const min = amounts('40m', '40Mi', '40Gi');
    const patch = { metadata: { labels: { 'e2e-lr': 'patched' } }, spec: { limits: [{ ...limits, min }] } };
    expect(await ranges.patch('e2e-limitrange', 'strategic-merge-patch', patch)).toMatchObject(patch);
    await ranges.deleteCollection({}, { labelSelector: 'e2e-lr=patched' });
    await expect.poll(async () => (await ranges.list()).items).toEqual([]);
    expect((await everywhere.list(selection)).items).toHaveLength(1);
  });
});
