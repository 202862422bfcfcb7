/**
 * Replication controllers do what replica sets do: `test/e2e/apps/rc.go` upstream. Each case runs with both kinds.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { replicaSet } from '../../../../agent/controllers/replica-set/replica-set.ts';
import { replicationController } from '../../../../agent/controllers/replication-controller/replication-controller.ts';
import { resourceQuotaController } from '../../../../agent/controllers/resource-quota/resource-quota.ts';
import { inDefault, pod } from '../apiserver/api.ts';
import { startWorld, type World } from './world.ts';

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const podsPath = inDefault('pods');

interface Form {
  path: string;
  component: string;
  owner: { apiVersion: string; kind: string };
  /** Counts that are in the status even where they are zero. */
  always: object;
  selector(labels: Record<string, string>): object;
}

const forms: Form[] = [
  {
    path: inDefault('replicationcontrollers'),
    component: 'replication-controller',
    owner: { apiVersion: 'v1', kind: 'ReplicationController' },
    always: {},
    selector: (labels) => labels,
  },
  {
    path: '/apis/apps/v1/namespaces/default/replicasets',
    component: 'replicaset-controller',
    owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
    always: { terminatingReplicas: 0 },
    selector: (matchLabels) => ({ matchLabels }),
  },
];

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [replicationController, replicaSet, resourceQuotaController]);
  await world.api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1.0' }] } };
const patch = (path: string, body: object) => world.api.request('PATCH', path, body, mergePatch);
const podsOf = async ({ metadata }: AnyObject) =>
  (await world.api.list(podsPath)).items.filter(({ metadata: { ownerReferences } }) =>
    ownerReferences?.some(({ uid, controller }) => uid === metadata.uid && controller),
  );
const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const patchStatus = (name: string) => patch(`${podsPath}/${name}/status`, { status: running });

describe.each(forms)('a $owner.kind', ({ path, component, owner, always, selector }) => {
  const create = (replicas: number): Promise<AnyObject> =>
    world.api.create(path, { metadata: { name: 'web' }, spec: { replicas, selector: selector(labels), template } });
  const status = async () => (await world.api.get(`${path}/web`)).status ?? {};
  const messages = async () => {
    const events = (await world.api.list(inDefault('events'))).items as unknown[] as {
      reason: string;
      message: string;
      source: object;
    }[];
    return events.map(({ reason, message, source }) => ({ reason, message, source }));
  };

  it('makes its pods from the template, tells it, and counts them', async () => {
    const created = await create(2);
    await expect
      .poll(() => status())
      .toEqual({ replicas: 2, fullyLabeledReplicas: 2, observedGeneration: 1, ...always });
    const pods = await podsOf(created);
    expect(pods[0]?.metadata).toMatchObject({
      generateName: 'web-',
      labels,
      ownerReferences: [{ ...owner, name: 'web', controller: true, blockOwnerDeletion: true }],
    });
    const made = pods.map(({ metadata }) => `Created pod: ${metadata.name}`);
    await expect.poll(async () => (await messages()).map(({ message }) => message).sort()).toEqual(made.sort());
    expect(await messages()).toContainEqual({
      reason: 'SuccessfulCreate',
      message: made[0],
      source: { component },
    });
    for (const { metadata } of pods) await patchStatus(metadata.name);
    await expect.poll(() => status()).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
  });

  it('adopts matching pods on creation', async () => {
    await world.api.create(podsPath, { ...pod('orphan'), metadata: { name: 'orphan', labels } });
    const created = await create(1);
    await expect.poll(async () => (await podsOf(created)).map(({ metadata }) => metadata.name)).toEqual(['orphan']);
    await expect.poll(() => status()).toMatchObject({ replicas: 1 });
  });

  it('releases pods that no longer match, and replaces them', async () => {
    const created = await create(1);
    await expect.poll(() => podsOf(created)).toHaveLength(1);
    const name = (await podsOf(created))[0]?.metadata.name ?? '';
    await patch(`${podsPath}/${name}`, { metadata: { labels: { app: 'else' } } });
    await expect
      .poll(async () => (await world.api.get(`${podsPath}/${name}`)).metadata.ownerReferences)
      .toBeUndefined();
    await expect.poll(() => podsOf(created)).toHaveLength(1);
    expect((await podsOf(created))[0]?.metadata.name).not.toBe(name);
  });

  it('is scaled through its subresource', async () => {
    const created = await create(1);
    await expect.poll(() => podsOf(created)).toHaveLength(1);
    await patch(`${path}/web/scale`, { spec: { replicas: 3 } });
    await expect.poll(() => podsOf(created)).toHaveLength(3);
    await patch(`${path}/web/scale`, { spec: { replicas: 0 } });
    await expect.poll(() => podsOf(created)).toHaveLength(0);
    await expect.poll(() => status()).toEqual({ replicas: 0, observedGeneration: 3, ...always });
  });

  it('surfaces a failure condition on a common issue like exceeded quota', async () => {
    const quota = `${inDefault('resourcequotas')}/two`;
    await world.api.create(inDefault('resourcequotas'), { metadata: { name: 'two' }, spec: { hard: { pods: '2' } } });
    await expect.poll(async () => (await world.api.get(quota)).status).toMatchObject({ hard: { pods: '2' } });
    const created = await create(3);
    const message = expect.stringMatching(/^pods "web-\w+" is forbidden: exceeded quota: two, requested: pods=1, /);
    const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    await expect.poll(() => status()).toMatchObject({ replicas: 2, conditions: [condition] });
    await expect
      .poll(() => messages())
      .toContainEqual({
        reason: 'FailedCreate',
        message: expect.stringMatching(/^Error creating: pods "web-\w+" is forbidden: exceeded quota: two/),
        source: { component },
      });
    await patch(`${path}/web/scale`, { spec: { replicas: 2 } });
    await expect.poll(async () => Object.keys(await status())).not.toContain('conditions');
    expect(await podsOf(created)).toHaveLength(2);
  });

  it('goes through its lifecycle: patched, its status written by others, deleted in a collection', async () => {
    await create(1);
    await expect.poll(() => status()).toMatchObject({ replicas: 1 });
    await patch(`${path}/web`, { metadata: { labels: { test: 'patched' } } });
    expect(await world.api.list(`${path}?labelSelector=test%3Dpatched`)).toMatchObject({
      items: [{ kind: owner.kind }],
    });
    const condition = { type: 'Foreign', status: 'True', reason: 'Test', message: 'kept' };
    await patch(`${path}/web/status`, { status: { readyReplicas: 1, conditions: [condition] } });
    await expect.poll(() => status()).not.toHaveProperty('readyReplicas');
    expect(await status()).toMatchObject({ replicas: 1, conditions: [condition] });
    await world.api.request('DELETE', `${path}?labelSelector=test%3Dpatched&propagationPolicy=Background`);
    await expect.poll(() => world.names(path)).toEqual([]);
  });
});
