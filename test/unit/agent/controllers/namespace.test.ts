import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployments } from '../../../../agent/api/apps/deployment.ts';
import { pods } from '../../../../agent/api/core/pod.ts';
import type { Namespace } from '../../../../agent/api/types.ts';
import { namespaceController } from '../../../../agent/controllers/namespace/namespace.ts';
import { planConditions, type Remains } from '../../../../agent/controllers/namespace/plan.ts';
import { replicaSet } from '../../../../agent/controllers/replica-set/replica-set.ts';
import { serviceAccount } from '../../../../agent/controllers/service-account/service-account.ts';
import { aPod } from '../../../builders/objects.ts';
import { pod } from '../apiserver/api.ts';
import { startWorld, type World, widgets } from './world.ts';

const leaving = '2026-01-01T00:00:00Z';

describe('planConditions', () => {
  const remains = (some: Partial<Remains>): Remains => ({ content: [], failures: [], unknown: [], ...some });
  const messages = (conditions: ReturnType<typeof planConditions>) =>
    Object.fromEntries(conditions.map(({ type, status, message }) => [type, `${status}: ${message}`]));

  it('says that everything is gone', () => {
    expect(messages(planConditions([], remains({ content: [{ kind: pods, items: [] }] }), leaving))).toMatchObject({
      NamespaceDeletionContentFailure: 'False: All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining: 'False: All content successfully removed',
      NamespaceFinalizersRemaining: 'False: All content-preserving finalizers finished',
    });
  });

  it('counts what is left and what holds it', () => {
    const held = aPod({ metadata: { finalizers: ['example.com/hold'] } });
    const content = [
      { kind: pods, items: [held, aPod()] },
      { kind: deployments, items: [held] },
    ];
    expect(messages(planConditions([], remains({ content, failures: ['no', 'never'] }), leaving))).toMatchObject({
      NamespaceDeletionContentFailure: 'True: Failed to delete all resource types, 2 remaining: never, no',
      NamespaceContentRemaining:
        'True: Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances',
      NamespaceFinalizersRemaining:
        'True: Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances',
    });
  });

  it('keeps the time where nothing has changed', () => {
    const first = planConditions([], remains({}), leaving);
    expect(planConditions(first, remains({}), '2026-01-02T00:00:00Z')).toEqual(first);
  });
});

describe('a namespace that is deleted', () => {
  const inside = '/api/v1/namespaces/doomed';
  const mergePatch = { 'content-type': 'application/merge-patch+json' };
  let world: World;
  beforeEach(async () => {
    world = await startWorld(() => [namespaceController, serviceAccount, replicaSet]);
    await world.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    await expect.poll(() => world.names(`${inside}/serviceaccounts`)).toEqual(['default']);
  });
  afterEach(() => world.close());

  const create = (kind: string, plural: string, metadata: object, more: object = {}) =>
    world.api.create(`${inside}/${plural}`, { apiVersion: 'v1', kind, metadata, ...more });
  const createHeldPod = (finalizers: string[]) => {
    const held = pod('held');
    return create('Pod', 'pods', { name: 'held', finalizers }, { spec: held.spec });
  };
  const remove = () => world.api.request('DELETE', inside);
  const release = (what: string) =>
    world.api.request('PATCH', `${inside}/${what}`, { metadata: { finalizers: null } }, mergePatch);
  const isThere = async () => (await world.api.request('GET', inside)).status === 200;
  const conditions = async () => {
    const { status } = (await world.api.get(inside)) as Namespace;
    return Object.fromEntries(
      (status?.conditions ?? []).map(({ type, status: value, message }) => [type, `${value}: ${message}`]),
    );
  };

  it('keeps what a pod still needs until the pod has gone', async () => {
    await createHeldPod(['example.com/hold']);
    await create('ConfigMap', 'configmaps', { name: 'settings' });
    await create('Secret', 'secrets', { name: 'password' });
    await remove();
    await expect.poll(conditions).toEqual({
      NamespaceDeletionDiscoveryFailure: 'False: All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure: 'False: All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure: 'False: All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining: 'True: Some resources are remaining: pods. has 1 resource instances',
      NamespaceFinalizersRemaining:
        'True: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    });
    await world.clock.advance(60_000);
    const plurals = ['pods', 'configmaps', 'secrets', 'serviceaccounts'];
    const left = () => Promise.all(plurals.map((plural) => world.names(`${inside}/${plural}`)));
    expect(await left()).toEqual([['held'], ['settings'], ['password'], ['default']]);
    await release('pods/held');
    await expect.poll(isThere).toBe(false);
    expect(await left()).toEqual([[], [], [], []]);
  });

  it('goes with what is of a kind that came at run time', async () => {
    const path = '/apis/example.com/v1/namespaces/doomed/widgets';
    const metadata = { name: 'late', finalizers: ['example.com/hold'] };
    world.kinds.register(widgets);
    await world.api.create(path, { apiVersion: 'example.com/v1', kind: 'Widget', metadata });
    await remove();
    await expect
      .poll(async () => (await conditions()).NamespaceContentRemaining)
      .toBe('True: Some resources are remaining: widgets.example.com has 1 resource instances');
    await world.api.request('PATCH', `${path}/late`, { metadata: { finalizers: null } }, mergePatch);
    await world.clock.advance(1000);
    await expect.poll(isThere).toBe(false);
  });

  it('goes although the controller still knows a kind that is not served any more', async () => {
    const representation = { ...widgets.representations[0], version: 'v0' };
    world.kinds.register({ ...widgets, kind: 'Gadget', plural: 'gadgets', representations: [representation] });
    await remove();
    await expect.poll(isThere).toBe(false);
  });

  it('stays, and says why, while something in it cannot be listed', async () => {
    world.broken.path = /doomed\/secrets/;
    await remove();
    await expect
      .poll(async () => (await conditions()).NamespaceDeletionContentFailure)
      .toBe('True: Failed to delete all resource types, 1 remaining: /api/v1/namespaces/doomed/secrets is broken');
    world.broken.path = undefined;
    await world.clock.advance(1000);
    await expect.poll(isThere).toBe(false);
  });

  it('has no pods made anew, and its replica set does not complain', async () => {
    const labels = { app: 'web' };
    const { spec } = pod('web');
    await world.api.create('/apis/apps/v1/namespaces/doomed/replicasets', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    });
    await expect.poll(() => world.names(`${inside}/pods`)).toHaveLength(1);
    await createHeldPod(['example.com/hold']);
    await remove();
    await expect.poll(() => world.names(`${inside}/pods`)).toEqual(['held']);
    await world.clock.advance(60_000);
    const { status } = await world.api.get('/apis/apps/v1/namespaces/doomed/replicasets/web');
    expect(status).not.toHaveProperty('conditions');
    expect(world.metric('workqueue_retries_total{name="replicaset"}')).toBe(0);
    const reasons = (await world.api.list(`${inside}/events`)).items.map(({ reason }) => reason);
    expect(reasons).not.toContain('FailedCreate');
  });
});
