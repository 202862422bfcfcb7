/**
 * What upstream asks of namespaces, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/namespace.go
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, reasonOf, startConformance } from './conformance.ts';
import type { ResourceClient } from './go-client.ts';

let world: Conformance;
let namespaces: ResourceClient;
beforeAll(async () => {
  world = await startConformance();
  namespaces = world.typed('v1', 'Namespace', 'namespaces');
});
afterAll(() => world.close());

const isGone = (client: ResourceClient, name: string) => async (): Promise<boolean> =>
  (await reasonOf(client.get(name))) === 'NotFound';

describe('Namespaces', () => {
  it.each([
    ['pods', 'v1', 'Pod', 'pods', { spec: { containers: [{ name: 'nginx', image: 'pause:3.9' }] } }],
    ['services', 'v1', 'Service', 'services', { spec: { selector: { foo: 'bar' }, ports: [{ port: 80 }] } }],
  ])(
    'should ensure that all %s are removed when a namespace is deleted',
    async (_what, version, kind, plural, object) => {
      const name = await world.namespace('nsdeletetest');
      const client = world.typed(version, kind, plural, name);
      await client.create({ metadata: { name: 'test' }, ...object });
      await namespaces.delete(name);
      await expect.poll(isGone(namespaces, name)).toBe(true);
      await namespaces.create({ metadata: { name } });
      await expect(client.get('test')).rejects.toMatchObject({ reason: 'NotFound' });
    },
  );

  it('should patch a Namespace', async () => {
    const name = await world.namespace('nspatchtest');
    await namespaces.patch(name, 'strategic-merge-patch', { metadata: { labels: { testLabel: 'testValue' } } });
    expect((await namespaces.get(name)).metadata.labels).toMatchObject({ testLabel: 'testValue' });
  });

  it('should apply changes to a namespace status', async () => {
    const name = await world.namespace('namespaces');
    const dynamic = world.dynamic('v1', 'Namespace', 'namespaces');
    expect(await dynamic.get(name, 'status')).toMatchObject({ kind: 'Namespace', status: { phase: 'Active' } });
    const condition = { type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test' };
    const patched = await namespaces.patch(
      name,
      'merge-patch',
      { metadata: { annotations: { 'e2e-patched-ns-status': name } }, status: { conditions: [condition] } },
      'status',
    );
    expect(patched.metadata.annotations).toEqual({ 'e2e-patched-ns-status': name });
    expect(patched.status).toEqual({ phase: 'Active', conditions: [expect.objectContaining(condition)] });
    const added = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' };
    const updated = await namespaces.updateOnConflict(
      name,
      ({ status }) => {
        (status as { conditions: object[] }).conditions.push(added);
      },
      'status',
    );
    expect(updated.status).toMatchObject({ phase: 'Active', conditions: [condition, added] });
  });

  it('should apply an update to a Namespace', async () => {
    const name = await world.namespace('namespaces');
    const updated = await namespaces.updateOnConflict(name, ({ metadata }) => {
      metadata.labels = { ...metadata.labels, [name]: 'updated' };
    });
    expect(updated.metadata.labels).toMatchObject({ [name]: 'updated', 'kubernetes.io/metadata.name': name });
  });

  it('should apply a finalizer to a Namespace', async () => {
    const name = await world.namespace('e2e-ns');
    expect((await namespaces.get(name)).spec).toEqual({ finalizers: ['kubernetes'] });
    const finalizers = ['kubernetes', 'e2e.example.com/fakeFinalizer'];
    const write = (wanted: string[]) =>
      namespaces.updateOnConflict(
        name,
        (object) => {
          object.spec = { finalizers: wanted };
        },
        'finalize',
      );
    expect((await write(finalizers)).spec).toEqual({ finalizers });
    expect((await write(['kubernetes'])).spec).toEqual({ finalizers: ['kubernetes'] });
    expect((await namespaces.get(name)).spec).toEqual({ finalizers: ['kubernetes'] });
  });
});

describe('OrderedNamespaceDeletion', () => {
  it('namespace deletion should delete pod first', async () => {
    const name = await world.namespace('nsdeletetest');
    const pods = world.typed('v1', 'Pod', 'pods', name);
    const maps = world.typed('v1', 'ConfigMap', 'configmaps', name);
    const finalizers = ['e2e.example.com/finalizer'];
    await pods.create({
      metadata: { name: 'test-pod', finalizers },
      spec: { containers: [{ name: 'nginx', image: 'pause:3.9' }] },
    });
    const { metadata } = await maps.create({ metadata: { name: 'test-configmap' } });
    const watch = await maps.watch({
      resourceVersion: metadata.resourceVersion ?? '',
      fieldSelector: 'metadata.name=test-configmap',
    });
    await namespaces.delete(name);
    await expect.poll(async () => (await pods.get('test-pod')).metadata.deletionTimestamp).toBeDefined();
    const conditions = async () =>
      ((await namespaces.get(name)).status as { conditions?: { type: string; status: string }[] }).conditions ?? [];
    await expect
      .poll(conditions)
      .toContainEqual(expect.objectContaining({ type: 'NamespaceContentRemaining', status: 'True' }));
    expect((await maps.get('test-configmap')).metadata.deletionTimestamp).toBeUndefined();
    await pods.patch('test-pod', 'merge-patch', { metadata: { finalizers: null } });
    expect((await watch.next()).type).toBe('DELETED');
    await expect.poll(isGone(namespaces, name)).toBe(true);
  });
});
