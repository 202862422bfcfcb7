import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import { secrets } from '../../../../agent/api/core/secret.ts';
import type { ConfigMap, Draft, meta, Secret } from '../../../../agent/api/types.ts';
import { manageOwned, type OwnedObjects } from '../../../../agent/controllers/shared/manage-owned.ts';
import { byController, controllerIndex } from '../../../../agent/controllers/shared/owners.ts';
import { configMapsPath, referenceTo, startWorld, type World } from './world.ts';

const secretsPath = '/api/v1/namespaces/default/secrets';
const selector: meta.LabelSelector = { matchLabels: { app: 'web' } };
let world: World;
let told: string[];
let owned: OwnedObjects<ConfigMap, Secret>;

beforeEach(async () => {
  told = [];
  world = await startWorld(() => []);
  const { informers } = world.deps;
  informers.for(secrets).index(controllerIndex, byController);
  await informers.for(secrets).synced;
  const recorder = {
    event: (_: unknown, type: string, reason: string, message: string) =>
      void told.push(`${type} ${reason} ${message}`),
  };
  owned = manageOwned({ ...world.deps, recorder, informer: informers.for }, configMaps, secrets);
});
afterEach(() => world.close());

const createOwner = async (name = 'owner'): Promise<ConfigMap> =>
  world.client
    .resource(configMaps)
    .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
const draft = (name: string, more: Partial<Draft<Secret>['metadata']> = {}, namespace = 'default'): Draft<Secret> => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, labels: { app: 'web' }, ...more },
});
const create = async (name: string, more: Partial<Draft<Secret>['metadata']> = {}): Promise<Secret> => {
  const created = await world.client.resource(secrets).create(draft(name, more));
  await world.deps.informers.for(secrets).caughtUp(created);
  return created;
};
const namesOf = (objects: readonly Secret[]) => objects.map(({ metadata }) => metadata.name).sort();
const ownersOf = async (name: string) => (await world.api.get(`${secretsPath}/${name}`)).metadata.ownerReferences;

describe('claiming, whatever the kinds', () => {
  it('adopts what matches, lets go of what no longer does, and leaves what others control', async () => {
    const [owner, other] = [await createOwner(), await createOwner('other')];
    const controlled = (by: ConfigMap) => ({ ownerReferences: [referenceTo({ ...by }, { controller: true })] });
    await create('orphan');
    await create('stranger', { labels: { app: 'else' } });
    await create('strayed', { labels: { app: 'else' }, ...controlled(owner) });
    await create('foreign', controlled(other));
    expect(namesOf(await owned.claim(owner, selector))).toEqual(['orphan']);
    expect(await ownersOf('orphan')).toEqual([
      referenceTo({ ...owner }, { controller: true, blockOwnerDeletion: true }),
    ]);
    expect(await ownersOf('strayed')).toBeUndefined();
    expect(await ownersOf('foreign')).toHaveLength(1);
    expect(namesOf(owned.of(owner))).toEqual(['orphan']);
  });

  it('adopts nothing for an owner that has just been replaced by another one of its name', async () => {
    const owner = await createOwner();
    await world.api.request('DELETE', `${configMapsPath}/owner`);
    await createOwner();
    await create('orphan');
    await expect(owned.claim(owner, selector)).rejects.toThrow('original ConfigMap default/owner is gone: got uid');
    expect(await ownersOf('orphan')).toBeUndefined();
  });

  it('adopts nothing for an owner whose deletion the cache has not seen', async () => {
    const owner = await createOwner();
    const held = { metadata: { finalizers: ['example.com/hold'] } };
    await world.api.request('PATCH', `${configMapsPath}/owner`, held, {
      'content-type': 'application/merge-patch+json',
    });
    await world.api.request('DELETE', `${configMapsPath}/owner`);
    await create('orphan');
    await expect(owned.claim(owner, selector)).rejects.toThrow('default/owner has just been deleted at ');
    expect(await ownersOf('orphan')).toBeUndefined();
  });

  it('passes over an orphan that has gone meanwhile', async () => {
    const owner = await createOwner();
    await create('orphan');
    const gone = world.api.request('DELETE', `${secretsPath}/orphan`);
    expect(await owned.claim(owner, selector)).toEqual([]);
    await gone;
  });
});

describe('making and removing, whatever the kinds', () => {
  it('tells each, and resolves when the cache shows them', async () => {
    const owner = await createOwner();
    const reference = { ownerReferences: [referenceTo({ ...owner }, { controller: true })] };
    expect(await owned.create(owner, [draft('a', reference), draft('b', reference)])).toBeUndefined();
    expect(namesOf(owned.of(owner))).toEqual(['a', 'b']);
    expect(await owned.remove(owner, owned.of(owner))).toBeUndefined();
    expect(owned.of(owner)).toEqual([]);
    expect(told).toEqual([
      'Normal SuccessfulCreate Created secret: a',
      'Normal SuccessfulCreate Created secret: b',
      'Normal SuccessfulDelete Deleted secret: a',
      'Normal SuccessfulDelete Deleted secret: b',
    ]);
  });

  it('stops at the first failure, and tells it once', async () => {
    const owner = await createOwner();
    await create('taken');
    const drafts = ['fine', 'taken', 'taken', 'never'].map((name) => draft(name));
    expect(await owned.create(owner, drafts)).toMatchObject({ reason: 'FailedCreate', error: { code: 409 } });
    expect(await world.names(secretsPath)).toEqual(['fine', 'taken']);
    expect(told.filter((line) => line.startsWith('Warning'))).toEqual([
      'Warning FailedCreate Error creating: secrets "taken" already exists',
    ]);
  });

  it('is no failure in a namespace that is being terminated', async () => {
    const path = '/api/v1/namespaces';
    await world.api.create(path, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } });
    await world.api.request('DELETE', `${path}/going`);
    expect(await owned.create(await createOwner(), [draft('late', {}, 'going')])).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('takes what has gone already for removed', async () => {
    const owner = await createOwner();
    const made = await create('gone');
    await world.api.request('DELETE', `${secretsPath}/gone`);
    expect(await owned.remove(owner, [made])).toBeUndefined();
    expect(told).toEqual([]);
  });
});
