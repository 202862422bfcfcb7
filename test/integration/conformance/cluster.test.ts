/**
 * What upstream asks of pods, their nodes and their owners, in the words of its own tests, where hollow nodes will do.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/scheduling/predicates.go,
 * ../apimachinery/garbage_collector.go, ../common/node/runtimeclass.go, ../network/hostport.go and service.go
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../agent/api/json/value.ts';
import type { AnyObject } from '../../../agent/api/types.ts';
import { type Conformance, nameOf, reasonOf, startConformance } from './conformance.ts';
import { define } from './definitions.ts';
import type { ResourceClient } from './go-client.ts';

let world: Conformance;
let namespace: string;
let pods: ResourceClient;
beforeAll(async () => {
  world = await startConformance();
});
beforeEach(async () => {
  namespace = await world.namespace('e2e');
  pods = world.typed('v1', 'Pod', 'pods', namespace);
});
afterAll(() => world.close());

interface PodLike {
  spec: { nodeName?: string };
  status: { phase?: string; conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}
const container = { name: 'pause', image: 'pause:3.9' };
const create = (name: string, spec: JsonObject = {}, metadata: JsonObject = {}) =>
  pods.create({ metadata: { name, ...metadata }, spec: { containers: [container], ...spec } });
const read = async (name: string) => (await pods.get(name)) as object as PodLike;
const nodeOf = async (name: string) => (await read(name)).spec.nodeName ?? '';
const isRunning = (name: string) => expect.poll(async () => (await read(name)).status.phase).toBe('Running');
/** Why the scheduler does not find a node. */
const pendingFor = (name: string) =>
  expect.poll(
    async () => (await read(name)).status.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '',
  );

describe('SchedulerPredicates', () => {
  it('validates resource limits of pods that are allowed to run', async () => {
    const resources = (cpu: string) => ({
      containers: [{ ...container, resources: { requests: { cpu }, limits: { cpu } } }],
    });
    await create('filler-1', resources('3800m'));
    await create('filler-2', resources('3800m'));
    await isRunning('filler-1');
    await isRunning('filler-2');
    expect(new Set([await nodeOf('filler-1'), await nodeOf('filler-2')]).size).toBe(2);
    await create('additional', resources('2'));
    await pendingFor('additional').toMatch(/0\/3 nodes are available:.*2 Insufficient cpu/);
    await pods.delete('filler-1', { gracePeriodSeconds: 0 });
    await isRunning('additional');
  });

  it('validates that NodeSelector is respected if not matching', async () => {
    await create('restricted', { nodeSelector: { label: 'nonempty' } });
    await pendingFor('restricted').toMatch(/didn't match Pod's node affinity\/selector/);
  });

  it('validates that NodeSelector is respected if matching', async () => {
    const nodes = world.typed('v1', 'Node', 'nodes');
    await nodes.patch('worker2', 'strategic-merge-patch', { metadata: { labels: { 'kubernetes.io/e2e-mine': '42' } } });
    await create('with-labels', { nodeSelector: { 'kubernetes.io/e2e-mine': '42' } });
    await isRunning('with-labels');
    expect(await nodeOf('with-labels')).toBe('worker2');
    await nodes.patch('worker2', 'strategic-merge-patch', { metadata: { labels: { 'kubernetes.io/e2e-mine': null } } });
  });

  const ports = (hostPort: number, hostIP: string, protocol = 'TCP') => ({
    nodeSelector: { 'kubernetes.io/hostname': 'worker' },
    containers: [{ ...container, ports: [{ hostPort, containerPort: 8080, protocol, ...(hostIP ? { hostIP } : {}) }] }],
  });

  it('validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP', async () => {
    await create('pod4', ports(54322, ''));
    await isRunning('pod4');
    await create('pod5', ports(54322, '127.0.0.1'));
    await pendingFor('pod5').toMatch(/didn't have free ports for the requested pod ports/);
  });

  it('validates that there is no conflict between pods with same hostPort but different hostIP and protocol', async () => {
    await create('pod1', ports(54323, '127.0.0.1'));
    await create('pod2', ports(54323, '127.0.0.2'));
    await create('pod3', ports(54323, '127.0.0.1', 'UDP'));
    for (const name of ['pod1', 'pod2', 'pod3']) await isRunning(name);
  });
});

describe('Garbage collector', () => {
  const owner = ({ metadata }: AnyObject, blockOwnerDeletion = true) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion,
  });
  const own = (name: string, of: AnyObject) =>
    pods.patch(name, 'strategic-merge-patch', { metadata: { ownerReferences: [owner(of)] } });
  const left = async () => (await pods.list()).items.map(nameOf);

  it('should not be blocked by dependency circle', async () => {
    const [first, second, third] = [await create('pod1'), await create('pod2'), await create('pod3')];
    await own('pod1', third);
    await own('pod2', first);
    await own('pod3', second);
    await pods.delete('pod1', { propagationPolicy: 'Foreground' });
    await expect.poll(left).toEqual([]);
  });

  it('should orphan pods where the delete options say so', async () => {
    const sets = world.typed('apps/v1', 'ReplicaSet', 'replicasets', namespace);
    const labels = { app: 'gc' };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    await sets.create({ metadata: { name: 'gc' }, spec: { replicas: 2, selector: { matchLabels: labels }, template } });
    await expect.poll(async () => (await left()).length).toBe(2);
    await sets.delete('gc', { propagationPolicy: 'Orphan' });
    await expect.poll(() => reasonOf(sets.get('gc'))).toBe('NotFound');
    const owners = async () => (await pods.list()).items.map(({ metadata }) => metadata.ownerReferences ?? []);
    await expect.poll(owners).toEqual([[], []]);
  });

  it('should keep the owner around until all its pods are deleted if the deleteOptions says so', async () => {
    const sets = world.typed('apps/v1', 'ReplicaSet', 'replicasets', namespace);
    const labels = { app: 'gc' };
    const template = { metadata: { labels, finalizers: ['example.com/hold'] }, spec: { containers: [container] } };
    await sets.create({ metadata: { name: 'gc' }, spec: { replicas: 1, selector: { matchLabels: labels }, template } });
    await expect.poll(async () => (await left()).length).toBe(1);
    await sets.delete('gc', { propagationPolicy: 'Foreground' });
    await expect
      .poll(async () => (await pods.list()).items.map(({ metadata }) => metadata.deletionTimestamp !== undefined))
      .toEqual([true]);
    expect((await sets.get('gc')).metadata).toMatchObject({ finalizers: ['foregroundDeletion'] });
    const [name = ''] = await left();
    await pods.patch(name, 'merge-patch', { metadata: { finalizers: null } });
    await expect.poll(() => reasonOf(sets.get('gc'))).toBe('NotFound');
  });

  it("should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted", async () => {
    const maps = world.typed('v1', 'ConfigMap', 'configmaps', namespace);
    const goes = await maps.create({ metadata: { name: 'goes' } });
    const stays = await maps.create({ metadata: { name: 'stays' } });
    const reference = ({ metadata }: AnyObject) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: metadata.name,
      uid: metadata.uid ?? '',
      blockOwnerDeletion: true,
    });
    await create('shared', {}, { ownerReferences: [reference(goes), reference(stays)] });
    await create('alone', {}, { ownerReferences: [reference(goes)] });
    await maps.delete('goes', { propagationPolicy: 'Foreground' });
    await expect.poll(() => reasonOf(maps.get('goes'))).toBe('NotFound');
    expect(await left()).toEqual(['shared']);
    expect((await pods.get('shared')).metadata.ownerReferences).toMatchObject([{ name: 'stays' }]);
  });

  it('should support cascading deletion of custom resources and the orphan option', async () => {
    const { kind, resources } = await define(world, [{ name: 'v1' }], { scope: 'Namespaced' });
    const client = resources('v1', namespace);
    const createCustom = async (name: string, of?: AnyObject) =>
      client.create({
        kind,
        metadata: {
          name,
          ...(of
            ? { ownerReferences: [{ apiVersion: of.apiVersion, kind, name: nameOf(of), uid: of.metadata.uid ?? '' }] }
            : {}),
        },
      });
    await createCustom('dependent', await createCustom('owner'));
    await client.delete('owner', { propagationPolicy: 'Background' });
    await expect.poll(() => reasonOf(client.get('dependent'))).toBe('NotFound');
    await createCustom('dependent', await createCustom('owner'));
    await client.delete('owner', { propagationPolicy: 'Orphan' });
    await expect.poll(async () => (await client.get('dependent')).metadata.ownerReferences ?? []).toEqual([]);
  });
});

describe('RuntimeClass', () => {
  const classes = () => world.typed('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses');

  it('should reject a Pod requesting a deleted RuntimeClass', async () => {
    await classes().create({ metadata: { name: 'deleted' }, handler: 'runc' });
    await classes().delete('deleted');
    expect(await reasonOf(create('rejected', { runtimeClassName: 'deleted' }))).toBe('Forbidden');
  });

  it('should schedule a Pod requesting a RuntimeClass and initialize its Overhead', async () => {
    const podFixed = { cpu: '10m', memory: '1Mi' };
    await classes().create({ metadata: { name: 'costly' }, handler: 'runc', overhead: { podFixed } });
    expect((await create('overhead', { runtimeClassName: 'costly' })).spec).toMatchObject({ overhead: podFixed });
    await isRunning('overhead');
    await classes().delete('costly');
  });
});

describe('Services', () => {
  it('should complete a service status lifecycle', async () => {
    const services = world.typed('v1', 'Service', 'services', namespace);
    const everywhere = world.typed('v1', 'Service', 'services');
    const dynamic = world.dynamic('v1', 'Service', 'services', namespace);
    const selection = { labelSelector: 'test-service-static=true' };
    const { metadata } = await everywhere.list(selection);
    const labels = { 'test-service-static': 'true' };
    const ports = [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }];
    await services.create({ metadata: { name: 'svc', labels }, spec: { type: 'LoadBalancer', ports } });
    const watch = await services.watch({ ...selection, resourceVersion: metadata.resourceVersion ?? '' });
    expect((await watch.next()).type).toBe('ADDED');
    expect(await dynamic.get('svc', 'status')).toMatchObject({ kind: 'Service' });
    const ingress = [{ ip: '203.0.113.1' }];
    const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer: { ingress } } };
    expect(await services.patch('svc', 'merge-patch', patch, 'status')).toMatchObject(patch);
    await watch.until(({ object }) => (object as AnyObject).metadata.annotations?.patchedstatus === 'true');
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
    const updated = await services.updateOnConflict(
      'svc',
      (object) => {
        object.status = { ...(object.status as object), conditions: [condition] };
      },
      'status',
    );
    expect(updated.status).toMatchObject({ conditions: [condition] });
    await watch.until(({ object }) => JSON.stringify(object).includes('StatusUpdate'));
    await services.patch('svc', 'strategic-merge-patch', { metadata: { labels: { 'test-service': 'patched' } } });
    await watch.until(({ object }) => (object as AnyObject).metadata.labels?.['test-service'] === 'patched');
    await services.delete('svc');
    await watch.until(({ type }) => type === 'DELETED');
    expect((await everywhere.list(selection)).items).toEqual([]);
  });
});
