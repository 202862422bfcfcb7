/**
 * What upstream asks of single kinds beyond their operations, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/instrumentation/events.go,
 * ../common/node/pods.go, ../node/pods.go, ../common/node/lease.go, ../apps/deployment.go, ../apps/replica_set.go,
 * ../scheduling/preemption.go, ../storage/persistent_volumes.go
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../agent/api/json/value.ts';
import type { AnyObject } from '../../../agent/api/types.ts';
import { type Conformance, nameOf, reasonOf, startConformance } from './conformance.ts';
import type { ResourceClient } from './go-client.ts';

let world: Conformance;
let namespace: string;
beforeAll(async () => {
  world = await startConformance();
});
beforeEach(async () => {
  namespace = await world.namespace('e2e');
});
afterAll(() => world.close());

const core = (kind: string, plural: string) => world.typed('v1', kind, plural, namespace);
const container = { name: 'c', image: 'nginx' };
const reason = { reason: 'E2E', message: 'Set from e2e test' };

describe('Events', () => {
  it('should delete a collection of events', async () => {
    const events = core('Event', 'events');
    for (const name of ['test-event-1', 'test-event-2', 'test-event-3']) {
      await events.create({
        metadata: { name, labels: { 'testevent-set': 'true' } },
        message: 'This is a test event',
        reason: 'Test',
        type: 'Normal',
        involvedObject: { namespace },
      });
    }
    const selection = { labelSelector: 'testevent-set=true' };
    expect((await events.list(selection)).items).toHaveLength(3);
    await events.deleteCollection({}, selection);
    expect((await events.list(selection)).items).toEqual([]);
  });

  it('API should ensure that an event can be fetched, patched, deleted, and listed', async () => {
    const fresh = world.typed('events.k8s.io/v1', 'Event', 'events', namespace);
    const old = core('Event', 'events');
    const made = await fresh.create({
      metadata: { name: 'event-test', labels: { 'testevent-constant': 'true' } },
      eventTime: '2026-01-01T00:00:00.000001Z',
      note: 'This is event-test',
      reason: 'Test',
      action: 'Do',
      type: 'Normal',
      reportingController: 'test-controller',
      reportingInstance: 'test-node',
      regarding: { namespace },
    });
    expect(await old.get('event-test')).toMatchObject({
      message: 'This is event-test',
      reportingComponent: 'test-controller',
      involvedObject: { namespace },
    });
    const listed = async (client: ResourceClient, fieldSelector: string) =>
      (await client.list({ fieldSelector })).items.map(nameOf);
    expect(await listed(fresh, 'reportingController=test-controller')).toEqual(['event-test']);
    expect(await listed(old, 'reportingComponent=test-controller')).toEqual(['event-test']);
    const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000001Z' };
    const patched = await fresh.patch('event-test', 'strategic-merge-patch', { series });
    expect(patched).toMatchObject({ series, metadata: { uid: made.metadata.uid } });
    const updated = await fresh.updateOnConflict('event-test', (object) => {
      object.series = { ...series, count: 100 };
    });
    expect(updated).toMatchObject({ series: { count: 100 } });
    await fresh.delete('event-test');
    expect(await reasonOf(old.get('event-test'))).toBe('NotFound');
  });
});

describe('Pods', () => {
  const pods = () => core('Pod', 'pods');
  const create = (name: string, metadata: JsonObject = {}) =>
    pods().create({
      metadata: { name, ...metadata },
      spec: { containers: [container], terminationGracePeriodSeconds: 1 },
    });

  it('should delete a collection of pods', async () => {
    for (const name of ['test-pod-1', 'test-pod-2', 'test-pod-3']) await create(name, { labels: { type: 'Testing' } });
    await pods().deleteCollection({ gracePeriodSeconds: 0 }, { labelSelector: 'type=Testing' });
    await expect.poll(async () => (await pods().list({ labelSelector: 'type=Testing' })).items).toEqual([]);
  });

  it('should run through the lifecycle of Pods and PodStatus', async () => {
    const labels = { 'test-pod-static': 'true' };
    const { metadata } = await pods().list({ labelSelector: 'test-pod-static=true' });
    const watch = await pods().watch({
      labelSelector: 'test-pod-static=true',
      resourceVersion: metadata.resourceVersion ?? '',
    });
    await create('pod-test', { labels });
    expect((await watch.next()).type).toBe('ADDED');
    const statusOf = (object: object) => (object as AnyObject & { status: { phase: string } }).status;
    await watch.until(({ object }) => statusOf(object).phase === 'Running');
    const patch = {
      metadata: { labels: { 'test-pod': 'patched' } },
      spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'c', image: 'nginx:2' }] },
    };
    await expect(pods().patch('pod-test', 'strategic-merge-patch', patch)).rejects.toMatchObject({ reason: 'Invalid' });
    const allowed = { ...patch, spec: { containers: [{ name: 'c', image: 'nginx:2' }] } };
    expect(await pods().patch('pod-test', 'strategic-merge-patch', allowed)).toMatchObject(allowed);
    await watch.until(({ object }) => (object as AnyObject).metadata.labels?.['test-pod'] === 'patched');
    const status = await world.dynamic('v1', 'Pod', 'pods', namespace).get('pod-test', 'status');
    const conditions = [{ type: 'Ready', status: 'False' }];
    await pods().patch('pod-test', 'strategic-merge-patch', { status: { conditions, message: 'patched' } }, 'status');
    expect(statusOf(status)).toMatchObject({ phase: 'Running' });
    await pods().deleteCollection({ gracePeriodSeconds: 1 }, { labelSelector: 'test-pod-static=true' });
    await watch.until(({ type }) => type === 'DELETED');
  });

  it('should patch a pod status', async () => {
    await create('e2e-pod');
    await expect.poll(async () => (await pods().get('e2e-pod')).status).toMatchObject({ phase: 'Running' });
    const patch = {
      metadata: { labels: { 'e2e-pod': 'patched' } },
      status: { message: 'Patched by e2e test', reason: 'E2E' },
    };
    expect(await pods().patch('e2e-pod', 'strategic-merge-patch', patch, 'status')).toMatchObject(patch);
  });

  it('should be updated, and its active deadline only come closer', async () => {
    await create('pod-update', { labels: { time: 'now' } });
    const updated = await pods().updateOnConflict('pod-update', ({ metadata }) => {
      metadata.labels = { time: 'then' };
    });
    expect(updated.metadata.labels).toEqual({ time: 'then' });
    const deadline = (seconds: number) =>
      pods().updateOnConflict('pod-update', ({ spec }) => {
        (spec as JsonObject).activeDeadlineSeconds = seconds;
      });
    expect((await deadline(50)).spec).toMatchObject({ activeDeadlineSeconds: 50 });
    await expect(deadline(60)).rejects.toMatchObject({ reason: 'Invalid' });
  });

  it.each([
    ['Guaranteed', { requests: { cpu: '100m', memory: '100Mi' }, limits: { cpu: '100m', memory: '100Mi' } }],
    ['Burstable', { requests: { cpu: '100m' } }],
    ['BestEffort', {}],
  ])('should be set QOS class %s', async (qosClass, resources) => {
    const spec = { containers: [{ ...container, resources }] };
    expect((await pods().create({ metadata: { name: 'qos' }, spec })).status).toMatchObject({ qosClass });
  });

  it('should update the ephemeral containers in an existing pod', async () => {
    await create('ephemeral');
    const ephemeralContainers = [
      { name: 'debugger', image: 'busybox', targetContainerName: 'c', stdin: true, tty: true },
    ];
    const patch = { spec: { ephemeralContainers } };
    const patched = await pods().patch('ephemeral', 'strategic-merge-patch', patch, 'ephemeralcontainers');
    expect(patched.spec).toMatchObject({ ephemeralContainers });
    const more = { name: 'debugger2', image: 'busybox', terminationMessagePolicy: 'File' };
    const updated = await pods().updateOnConflict(
      'ephemeral',
      ({ spec }) => {
        (spec as { ephemeralContainers: object[] }).ephemeralContainers.push(more);
      },
      'ephemeralcontainers',
    );
    expect(
      (updated.spec as { ephemeralContainers: { name: string }[] }).ephemeralContainers.map(({ name }) => name),
    ).toEqual(['debugger', 'debugger2']);
  });

  it.each([
    [
      'sysctls that are not valid',
      {
        securityContext: {
          sysctls: [
            { name: 'foo-', value: 'bar' },
            { name: 'bar..', value: '42' },
          ],
        },
      },
    ],
    ['a container without a name', { containers: [{ image: 'nginx' }] }],
  ])('should be refused with %s', async (_what, spec) => {
    await expect(
      pods().create({ metadata: { name: 'refused' }, spec: { containers: [container], ...spec } }),
    ).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
  });
});

describe('Secrets and ConfigMaps', () => {
  it.each([
    ['Secret', 'secrets', { '': 'dmFsdWU=' }],
    ['ConfigMap', 'configmaps', { '': 'value' }],
  ])('should fail to create a %s with an empty key', async (kind, plural, data) => {
    await expect(core(kind, plural).create({ metadata: { name: 'empty-key' }, data })).rejects.toMatchObject({
      code: 422,
    });
  });

  it.each([
    ['Secret', 'secrets', { data: 'dmFsdWU=' }, { data: 'b3RoZXI=' }],
    ['ConfigMap', 'configmaps', { data: 'value' }, { data: 'other' }],
  ])('%s should be immutable if `immutable` field is set', async (kind, plural, data, other) => {
    const client = core(kind, plural);
    await client.create({ metadata: { name: 'immutable' }, data });
    const write = (change: JsonObject) =>
      client.updateOnConflict('immutable', (object) => {
        Object.assign(object, change);
      });
    await write({ data: other });
    await write({ immutable: true });
    await expect(write({ data })).rejects.toMatchObject({ reason: 'Invalid' });
    await expect(write({ immutable: false })).rejects.toMatchObject({ reason: 'Invalid' });
    await client.delete('immutable');
  });
});

it('Lease lease API should be available', async () => {
  const leases = world.typed('coordination.k8s.io/v1', 'Lease', 'leases', namespace);
  const at = (second: number) => `2026-01-01T00:00:0${second}.000001Z`;
  const spec = {
    holderIdentity: 'holder',
    leaseDurationSeconds: 30,
    acquireTime: at(1),
    renewTime: at(2),
    leaseTransitions: 1,
  };
  await leases.create({ metadata: { name: 'lease' }, spec });
  expect((await leases.get('lease')).spec).toEqual(spec);
  const replaced = {
    holderIdentity: 'holder2',
    leaseDurationSeconds: 31,
    acquireTime: at(3),
    renewTime: at(4),
    leaseTransitions: 2,
  };
  const updated = await leases.updateOnConflict('lease', (object) => {
    object.spec = replaced;
  });
  expect(updated.spec).toEqual(replaced);
  const patched = await leases.patch('lease', 'strategic-merge-patch', { spec: { leaseDurationSeconds: 32 } });
  expect(patched.spec).toEqual({ ...replaced, leaseDurationSeconds: 32 });
  await leases.create({ metadata: { name: 'lease2', labels: { deletecollection: 'true' } }, spec });
  await leases.deleteCollection({}, { labelSelector: 'deletecollection=true' });
  expect((await leases.list()).items.map(nameOf)).toEqual(['lease']);
});

describe.each([
  ['Deployment', 'deployments'],
  ['ReplicaSet', 'replicasets'],
])('%s', (kind, plural) => {
  const client = () => world.typed('apps/v1', kind, plural, namespace);
  const labels = { app: 'e2e' };
  const make = () =>
    client().create({
      metadata: { name: 'e2e', labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });

  it('should have a working scale subresource', async () => {
    await make();
    await expect.poll(async () => (await client().get('e2e')).status).toMatchObject({ readyReplicas: 1 });
    const scale = await client().get('e2e', 'scale');
    expect(scale).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 1 } });
    const path = `/apis/apps/v1/namespaces/${namespace}/${plural}/e2e/scale`;
    const headers = { 'content-type': 'application/json' };
    const scaled = JSON.stringify({ ...scale, spec: { replicas: 2 } });
    const answer = await world.client.send('PUT', path, headers, scaled);
    expect([answer.status, JSON.parse(answer.body.toString()).spec]).toEqual([200, { replicas: 2 }]);
    const patched = await client().patch('e2e', 'strategic-merge-patch', { spec: { replicas: 4 } }, 'scale');
    expect(patched.spec).toEqual({ replicas: 4 });
    expect((await client().get('e2e')).spec).toMatchObject({ replicas: 4 });
    await expect.poll(async () => (await client().get('e2e')).status).toMatchObject({ readyReplicas: 4 });
  });

  it('should validate Status endpoints', async () => {
    await make();
    const watch = await client().watch({ labelSelector: 'app=e2e' });
    const added = { type: 'StatusUpdate', status: 'True', ...reason };
    const updated = await client().updateOnConflict(
      'e2e',
      ({ status }) => {
        const own = status as { conditions?: object[] };
        own.conditions = [...(own.conditions ?? []), added];
      },
      'status',
    );
    expect(updated.status).toMatchObject({ conditions: expect.arrayContaining([expect.objectContaining(added)]) });
    await watch.until(({ object }) => JSON.stringify(object).includes('StatusUpdate'));
    const patch = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } };
    expect(await client().patch('e2e', 'merge-patch', patch, 'status')).toMatchObject({
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'StatusPatched' })]) },
    });
    await watch.until(({ object }) => JSON.stringify(object).includes('StatusPatched'));
    watch.stop();
  });
});

it('RollingUpdateDeployment should delete old pods and create new ones', async () => {
  const sets = world.typed('apps/v1', 'ReplicaSet', 'replicasets', namespace);
  const deployments = world.typed('apps/v1', 'Deployment', 'deployments', namespace);
  const labels = { name: 'sample-pod', pod: 'httpd' };
  const specOf = (image: string) => ({
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'httpd', image }] } },
  });
  const revision = 'deployment.kubernetes.io/revision';
  await sets.create({
    metadata: { name: 'test-rolling-update-controller', labels, annotations: { [revision]: '3546343826724305832' } },
    spec: specOf('httpd:1'),
  });
  await expect
    .poll(async () => (await sets.get('test-rolling-update-controller')).status)
    .toMatchObject({ readyReplicas: 1 });
  await deployments.create({ metadata: { name: 'test-rolling-update-deployment' }, spec: specOf('agnhost:2') });
  const annotations = async () => (await deployments.get('test-rolling-update-deployment')).metadata.annotations ?? {};
  await expect.poll(async () => (await annotations())[revision]).toBe('3546343826724305833');
  await expect.poll(async () => (await sets.get('test-rolling-update-controller')).spec).toMatchObject({ replicas: 0 });
  const pods = core('Pod', 'pods');
  const images = async () =>
    (await pods.list()).items.map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image);
  await expect.poll(images).toEqual(['agnhost:2']);
});

it('ReplicaSet Replace and Patch tests', async () => {
  const sets = world.typed('apps/v1', 'ReplicaSet', 'replicasets', namespace);
  const labels = { app: 'test-rs' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'httpd', image: 'httpd:1' }] } };
  await sets.create({
    metadata: { name: 'test-rs', labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  });
  const ready = (count: number) =>
    expect.poll(async () => (await sets.get('test-rs')).status).toMatchObject({ readyReplicas: count });
  await ready(1);
  await sets.updateOnConflict('test-rs', ({ spec }) => {
    (spec as JsonObject).replicas = 2;
  });
  await ready(2);
  const patch = {
    metadata: { labels: { 'test-rs': 'patched' } },
    spec: {
      replicas: 3,
      template: { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'test-rs', image: 'pause:2' }] } },
    },
  };
  const patched = await sets.patch('test-rs', 'strategic-merge-patch', patch);
  // What a patch adds to a list comes first.
  expect(patched).toMatchObject({
    metadata: { labels: { 'test-rs': 'patched' } },
    spec: { template: { spec: { containers: [{ image: 'pause:2' }, { image: 'httpd:1' }] } } },
  });
  await ready(3);
});

it('PriorityClass endpoints can be operated with different HTTP methods', async () => {
  const classes = world.typed('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses');
  for (const [name, value] of Object.entries({ p1: 1000, p2: 2000 })) {
    await classes.create({ metadata: { name, labels: { e2e: 'mine' } }, value });
  }
  await expect(classes.patch('p1', 'strategic-merge-patch', { value: 10_000 })).rejects.toMatchObject({ code: 422 });
  const second = await classes.get('p2');
  await expect(classes.update({ ...second, value: 20_000 })).rejects.toMatchObject({ code: 422 });
  const description = 'updated description';
  expect(await classes.patch('p1', 'strategic-merge-patch', { description })).toMatchObject({ description });
  expect(await classes.update({ ...second, description })).toMatchObject({ description });
  expect((await classes.list({ labelSelector: 'e2e=mine' })).items.map(({ value }) => value)).toEqual([1000, 2000]);
  await classes.deleteCollection({}, { labelSelector: 'e2e=mine' });
});

describe('PersistentVolumes CSI Conformance', () => {
  it('should apply changes to a pv/pvc status', async () => {
    const volumes = world.typed('v1', 'PersistentVolume', 'persistentvolumes');
    const claims = core('PersistentVolumeClaim', 'persistentvolumeclaims');
    const storageClassName = namespace;
    const volume = await volumes.create({
      metadata: { generateName: `${namespace}-`, labels: { 'e2e-pv-pool': namespace } },
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'],
        persistentVolumeReclaimPolicy: 'Retain',
        csi: { driver: 'e2e-driver-1', volumeHandle: 'e2e-status-conformance' },
        claimRef: { name: 'pvc-e2e', namespace },
        storageClassName,
      },
    });
    const claim = await claims.create({
      metadata: { generateName: 'pvc-' },
      spec: {
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'],
        resources: { requests: { storage: '2Gi' } },
        storageClassName,
      },
    });
    const phases = ['Available', 'Bound', 'Pending', 'Released', 'Failed', 'Lost'];
    const status = async (kind: string, plural: string, name: string, ...scope: string[]) =>
      (await world.dynamic('v1', kind, plural, ...scope).get(name, 'status')).status as { phase: string };
    expect(phases).toContain((await status('PersistentVolume', 'persistentvolumes', nameOf(volume))).phase);
    expect(phases).toContain(
      (await status('PersistentVolumeClaim', 'persistentvolumeclaims', nameOf(claim), namespace)).phase,
    );
    const condition = { type: 'StatusPatched', status: 'True', ...reason };
    const patched = await claims.patch(nameOf(claim), 'merge-patch', { status: { conditions: [condition] } }, 'status');
    expect(patched.status).toMatchObject({ conditions: [condition] });
    const message = { message: 'StatusPatched', reason: 'E2E patchStatus' };
    expect(await volumes.patch(nameOf(volume), 'merge-patch', { status: message }, 'status')).toMatchObject({
      status: message,
    });
    const added = { type: 'StatusUpdated', status: 'True', ...reason };
    const updated = await claims.updateOnConflict(
      nameOf(claim),
      (object) => {
        (object.status as { conditions: object[] }).conditions.push(added);
      },
      'status',
    );
    expect(updated.status).toMatchObject({ conditions: [condition, added] });
    await claims.delete(nameOf(claim));
    await volumes.delete(nameOf(volume));
    await expect.poll(() => reasonOf(volumes.get(nameOf(volume)))).toBe('NotFound');
    await expect.poll(() => reasonOf(claims.get(nameOf(claim)))).toBe('NotFound');
  });
});
