/**
 * Behaviours of upstream's suites, on the API: pkg/controller/garbagecollector and test/integration/garbagecollector.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import type { AnyObject, meta, ObjectMeta } from '../../../../agent/api/types.ts';
import { garbageCollector } from '../../../../agent/controllers/garbage-collector/garbage-collector.ts';
import { createWriter } from '../../../../agent/controllers/garbage-collector/writer.ts';
import { settle } from '../../../fakes/clock.ts';
import { configMapsPath, referenceTo, startWorld, type World, widgets } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [garbageCollector()]);
});
afterEach(() => world.close());

const create = (name: string, metadata: Partial<ObjectMeta> = {}, path = configMapsPath): Promise<AnyObject> =>
  world.api.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata } });
const createOwned = (name: string, ownerReferences: meta.OwnerReference[], metadata: Partial<ObjectMeta> = {}) =>
  create(name, { ownerReferences, ...metadata });
const remove = (name: string, propagationPolicy: 'Foreground' | 'Background' | 'Orphan', path = configMapsPath) =>
  world.api.request('DELETE', `${path}/${name}`, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy });
const patch = (name: string, metadata: object) =>
  world.api.request(
    'PATCH',
    `${configMapsPath}/${name}`,
    { metadata },
    { 'content-type': 'application/merge-patch+json' },
  );
const get = (name: string) => world.api.get(`${configMapsPath}/${name}`);
const present = () => world.names(configMapsPath);
const blocking = { blockOwnerDeletion: true };
const hold = { finalizers: ['example.com/hold'] };
/** Nothing is left to do: what was not deleted by now stays. */
const quiet = async (): Promise<void> => {
  await settle();
  await world.clock.advance(10_000);
};
const events = async (): Promise<string[]> =>
  (await world.api.list('/api/v1/events')).items.map((event) => `${String(event.reason)}: ${String(event.message)}`);

describe('an object whose owner is deleted', () => {
  it('goes in the background, with what it owns itself', async () => {
    const owner = await create('owner');
    const child = await createOwned('child', [referenceTo(owner)]);
    await createOwned('grandchild', [referenceTo(child)]);
    await create('stranger');
    await remove('owner', 'Background');
    await expect.poll(present).toEqual(['stranger']);
  });

  it('stays with the owner that is left, and forgets the other', async () => {
    const [one, other] = [await create('one'), await create('other')];
    await createOwned('child', [referenceTo(one), referenceTo(other)]);
    await remove('one', 'Background');
    await expect.poll(async () => (await get('child')).metadata.ownerReferences).toEqual([referenceTo(other)]);
  });

  it('stays where it is orphaned, without the owner', async () => {
    const owner = await create('owner');
    await createOwned('child', [referenceTo(owner, blocking)]);
    await settle();
    await remove('owner', 'Orphan');
    await expect.poll(present).toEqual(['child']);
    expect((await get('child')).metadata.ownerReferences).toBeUndefined();
  });
});

describe('an owner that is deleted in the foreground', () => {
  it('goes after a dependent that blocks', async () => {
    const owner = await create('owner');
    await createOwned('child', [referenceTo(owner, blocking)], hold);
    await remove('owner', 'Foreground');
    await expect.poll(async () => (await get('child')).metadata.deletionTimestamp).toBeDefined();
    await quiet();
    expect(await present()).toEqual(['child', 'owner']);
    await patch('child', { finalizers: null });
    await expect.poll(present).toEqual([]);
  });

  it('does not wait for a dependent that does not block', async () => {
    const owner = await create('owner');
    await createOwned('child', [referenceTo(owner)], hold);
    await settle();
    await remove('owner', 'Foreground');
    await expect.poll(present).toEqual(['child']);
  });

  it('does not wait for a dependent that stays with another owner', async () => {
    const [owner, other] = [await create('owner'), await create('other')];
    await createOwned('child', [referenceTo(owner, blocking), referenceTo(other)]);
    await settle();
    await remove('owner', 'Foreground');
    await expect.poll(present).toEqual(['child', 'other']);
    expect((await get('child')).metadata.ownerReferences).toEqual([referenceTo(other)]);
  });

  it('goes after the dependents of its dependents', async () => {
    const owner = await create('owner');
    const child = await createOwned('child', [referenceTo(owner, blocking)]);
    await createOwned('grandchild', [referenceTo(child, blocking)], hold);
    await remove('owner', 'Foreground');
    await expect.poll(async () => (await get('grandchild')).metadata.deletionTimestamp).toBeDefined();
    expect(await present()).toEqual(['child', 'grandchild', 'owner']);
    await patch('grandchild', { finalizers: null });
    await expect.poll(present).toEqual([]);
  });
});

describe('owners in a circle', () => {
  /** `first` is owned by the last, each other one by the one before. */
  const circle = async (...names: string[]): Promise<void> => {
    let owner: AnyObject | undefined;
    for (const name of names) owner = await createOwned(name, owner ? [referenceTo(owner, blocking)] : []);
    if (owner) await patch(names[0] ?? '', { ownerReferences: [referenceTo(owner, blocking)] });
    await settle();
  };

  it('all go where one of three is deleted in the foreground, although each blocks the next', async () => {
    await circle('pod1', 'pod2', 'pod3');
    await remove('pod1', 'Foreground');
    await expect.poll(present).toEqual([]);
  });

  it('all go where all are deleted in the foreground at once', async () => {
    await circle('pod1', 'pod2', 'pod3');
    await Promise.all(['pod1', 'pod2', 'pod3'].map((name) => remove(name, 'Foreground')));
    await expect.poll(present).toEqual([]);
  });

  it('goes where it owns itself', async () => {
    await circle('narcissus');
    await remove('narcissus', 'Foreground');
    await expect.poll(present).toEqual([]);
  });

  it('all go in the background', async () => {
    await circle('pod1', 'pod2');
    await remove('pod2', 'Background');
    await expect.poll(present).toEqual([]);
  });
});

describe('an owner that is not there', () => {
  it('takes what names it, whether or not it ever was there', async () => {
    const never = { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: 'a-uid-of-nobody' };
    await createOwned('child', [never]);
    await expect.poll(present).toEqual([]);
  });

  it('is not another one of the same name', async () => {
    const first = await create('owner');
    await remove('owner', 'Background');
    await create('owner');
    await createOwned('child', [referenceTo(first)]);
    await expect.poll(present).toEqual(['owner']);
  });

  it.each<[string, Partial<meta.OwnerReference>]>([
    ['name', { name: 'someone' }],
    ['kind', { kind: 'Secret' }],
  ])('is one whose uid is right and whose %s is wrong, and who names it rightly stays', async (_, wrong) => {
    const owner = await create('owner');
    await createOwned('bad', [referenceTo(owner, wrong)]);
    await createOwned('good', [referenceTo(owner)]);
    await expect.poll(present).toEqual(['good', 'owner']);
    await quiet();
    expect(await present()).toEqual(['good', 'owner']);
  });

  it('is one of another namespace, which an event says', async () => {
    await world.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' } });
    const owner = await create('owner', {}, '/api/v1/namespaces/far/configmaps');
    await settle();
    await createOwned('child', [referenceTo(owner)]);
    await expect.poll(present).toEqual([]);
    expect(await world.names('/api/v1/namespaces/far/configmaps')).toEqual(['owner']);
    await expect
      .poll(events)
      .toContain(
        `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
      );
  });
});

describe('what nobody can look up', () => {
  it('keeps something cluster-scoped that names a namespaced owner', async () => {
    const owner = await create('owner');
    const metadata = { name: 'node', ownerReferences: [referenceTo(owner)] };
    await world.api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata });
    await remove('owner', 'Background');
    await quiet();
    expect(await world.names('/api/v1/nodes')).toEqual(['node']);
  });

  it('keeps what names an owner of a kind that is not served, until it is served and the owner is not there', async () => {
    const reference = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'gone', uid: 'a-uid-of-nobody' };
    await createOwned('child', [reference]);
    await quiet();
    expect(await present()).toEqual(['child']);
    world.kinds.register(widgets);
    await expect.poll(present, { timeout: 1000 }).toEqual([]);
  });
});

describe('a kind that comes at run time', () => {
  const path = '/apis/example.com/v1/namespaces/default/widgets';
  const createWidget = (name: string, metadata: Partial<ObjectMeta> = {}) =>
    world.api.create(path, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...metadata } });

  it('joins the graph within a second, as owner and as owned', async () => {
    const owner = await create('owner');
    const widget = await createWidget('widget', { ownerReferences: [referenceTo(owner)] });
    await createOwned('child', [referenceTo(widget)]);
    await settle();
    world.kinds.register(widgets);
    await settle();
    await remove('owner', 'Background');
    await expect.poll(() => world.names(path), { timeout: 1000 }).toEqual([]);
    await expect.poll(present, { timeout: 1000 }).toEqual([]);
  });

  it('leaves with its watch, and takes nothing with it', async () => {
    const watches = () =>
      world.metric(
        'apiserver_longrunning_requests{verb="WATCH",group="example.com",resource="widgets",component="apiserver"}',
      );
    world.kinds.register(widgets);
    await createOwned('child', [referenceTo(await createWidget('widget'))]);
    await expect.poll(watches).toBe(1);
    world.kinds.unregister('widgets.example.com');
    await expect.poll(watches).toBe(0);
    await quiet();
    expect(await present()).toEqual(['child']);
  });
});

describe('a decision on an object that has changed meanwhile', () => {
  const writer = () =>
    createWriter({ ...world.deps, recorder: { event: () => {} }, informer: world.deps.informers.for });

  it('is carried out where its owners are the same', async () => {
    const stale = await createOwned('child', [referenceTo(await create('owner'))]);
    await patch('child', { labels: { changed: 'yes' } });
    await writer().remove({ kind: configMaps, object: stale }, 'Background');
    expect(await present()).toEqual(['owner']);
  });

  it('is not where it has other owners now', async () => {
    const stale = await createOwned('child', [referenceTo(await create('owner'))]);
    await patch('child', { ownerReferences: null });
    await expect(writer().remove({ kind: configMaps, object: stale }, 'Background')).rejects.toMatchObject({
      code: 409,
    });
    expect(await present()).toEqual(['child', 'owner']);
  });
});
