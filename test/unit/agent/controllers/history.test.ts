import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controllerRevisions } from '../../../../agent/api/apps/controller-revision.ts';
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import { defaultTemplate } from '../../../../agent/api/core/pod-defaults.ts';
import type { ConfigMap, ControllerRevision } from '../../../../agent/api/types.ts';
import {
  type History,
  manageHistory,
  planTruncation,
  type Snapshot,
  templateOf,
  templatePatch,
} from '../../../../agent/controllers/shared/history.ts';
import { byController, controllerIndex } from '../../../../agent/controllers/shared/owners.ts';
import { referenceTo, startWorld, type World } from './world.ts';

const path = '/apis/apps/v1/namespaces/default/controllerrevisions';
const template = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image }] },
});
const snapshot = (image: string): Snapshot => ({
  data: templatePatch(template(image)),
  labels: { app: 'web' },
  annotations: { note: 'kept' },
  hashLabel: 'controller.kubernetes.io/hash',
});
let world: World;
let owner: ConfigMap;
let history: History<ConfigMap>;

const createOwner = (name: string): Promise<ConfigMap> =>
  world.client
    .resource(configMaps)
    .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });

beforeEach(async () => {
  world = await startWorld(() => []);
  const { informers } = world.deps;
  informers.for(controllerRevisions).index(controllerIndex, byController);
  await informers.for(controllerRevisions).synced;
  history = manageHistory({ ...world.deps, recorder: { event: () => {} }, informer: informers.for }, configMaps);
  owner = await createOwner('web');
});
afterEach(() => world.close());

const claim = () => history.claim(owner, { matchLabels: { app: 'web' } });
const record = async (image: string, count = 0) => history.record(owner, await claim(), snapshot(image), count);
const numbers = (revisions: readonly ControllerRevision[]) =>
  revisions.map((each) => `${each.revision} ${templateOf(each).spec?.containers[0]?.image}`);

describe('the history of a workload', () => {
  it('numbers its revisions from one, and restores what they hold', async () => {
    const { revision, collisionCount } = await record('web:1');
    await record('web:2');
    expect(numbers(await claim())).toEqual(['1 web:1', '2 web:2']);
    expect(templateOf(revision)).toEqual(template('web:1'));
    const hash = revision.metadata.labels?.['controller.kubernetes.io/hash'];
    expect(revision.metadata).toMatchObject({
      name: `web-${hash}`,
      labels: { app: 'web' },
      annotations: { note: 'kept' },
      ownerReferences: [referenceTo({ ...owner }, { controller: true, blockOwnerDeletion: true })],
    });
    expect(collisionCount).toBe(0);
  });

  it('keeps the newest revision while nothing changes', async () => {
    const { revision } = await record('web:1');
    expect((await record('web:1')).revision).toEqual(revision);
    expect(await world.names(path)).toHaveLength(1);
  });

  it('keeps a revision whose template lacks only what is a default today', async () => {
    const { revision } = await record('web:1');
    const defaulted = templatePatch(defaultTemplate(template('web:1')));
    const again = await history.record(owner, await claim(), { ...snapshot('web:1'), data: defaulted }, 0);
    expect(again.revision).toEqual(revision);
    const other = templatePatch(defaultTemplate(template('web:2')));
    const next = await history.record(owner, await claim(), { ...snapshot('web:1'), data: other }, 0);
    expect(next.revision.revision).toBe(2);
  });

  it('gives an earlier revision the next number when its state returns', async () => {
    const first = await record('web:1');
    await record('web:2');
    const again = await record('web:1');
    expect(again.revision.metadata.uid).toBe(first.revision.metadata.uid);
    expect(numbers(await claim())).toEqual(['2 web:2', '3 web:1']);
  });

  it('takes another name where an object of somebody else has its name, and counts the collision', async () => {
    const { revision } = await record('web:1');
    owner = await createOwner('other');
    const { metadata, data } = revision;
    const taken = { ...metadata, name: metadata.name.replace('web', 'other'), uid: '', resourceVersion: '' };
    await world.client.resource(controllerRevisions).create({ ...revision, metadata: taken, data });
    const { revision: made, collisionCount } = await record('web:1');
    expect(collisionCount).toBe(1);
    expect(made.metadata.name).not.toBe(taken.name);
    expect(numbers(await claim())).toEqual(['1 web:1']);
  });

  it('finds a revision of its own that the cache does not show yet', async () => {
    const { revision } = await record('web:1');
    expect(await history.record(owner, [], snapshot('web:1'), 0)).toMatchObject({
      revision: { metadata: { uid: revision.metadata.uid } },
      collisionCount: 0,
    });
  });

  it('adopts revisions that nobody controls', async () => {
    const { revision } = await record('web:1');
    const orphan = { ...revision, metadata: { ...revision.metadata, ownerReferences: [] } };
    const freed = await world.client.resource(controllerRevisions).update(orphan);
    await world.deps.informers.for(controllerRevisions).caughtUp(freed);
    expect(numbers(await claim())).toEqual(['1 web:1']);
    expect((await claim())[0]?.metadata.ownerReferences?.[0]?.uid).toBe(owner.metadata.uid);
  });

  it('deletes its oldest revisions beyond the limit, and none that is in use', async () => {
    for (const image of ['web:1', 'web:2', 'web:3', 'web:4', 'web:5']) await record(image);
    const known = await claim();
    const live = new Set([known[0]?.metadata.name ?? '', known[4]?.metadata.name ?? '']);
    await history.truncate(known, live, 1);
    expect(numbers(await claim())).toEqual(['1 web:1', '4 web:4', '5 web:5']);
  });
});

describe('planTruncation', () => {
  const revisions = [3, 1, 2].map(
    (revision): ControllerRevision => ({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `web-${revision}`,
        uid: String(revision),
        resourceVersion: '1',
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      revision,
    }),
  );
  it.each([
    [-1, []],
    [0, ['web-1', 'web-2', 'web-3']],
    [1, ['web-1', 'web-2']],
    [3, []],
  ])('with a limit of %d', (limit, expected) => {
    expect(planTruncation(revisions, new Set(), limit).map(({ metadata }) => metadata.name)).toEqual(expected);
  });
});
