/**
 * What budgets allow, and evictions against them: `pkg/controller/disruption/disruption_test.go`,
 * `pkg/registry/core/pod/storage/eviction_test.go` and `test/e2e/apps/disruption.go` upstream.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replicaSets } from '../../../../agent/api/apps/replica-set.ts';
import { pods } from '../../../../agent/api/core/pod.ts';
import { podDisruptionBudgets } from '../../../../agent/api/policy/pod-disruption-budget.ts';
import type { AnyObject, meta, Pod, PodDisruptionBudget } from '../../../../agent/api/types.ts';
import { disruption } from '../../../../agent/controllers/disruption/disruption.ts';
import { expectedCounts, staleDisruptionAfter } from '../../../../agent/controllers/disruption/plan.ts';
import { staleDisruption } from '../../../../agent/controllers/disruption/stale-disruption.ts';
import { printedSelector } from '../../../../agent/controllers/shared/printed-selector.ts';
import { aPod } from '../../../builders/objects.ts';
import { inDefault, pod } from '../apiserver/api.ts';
import { referenceTo, startWorld, type World } from './world.ts';

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const podsPath = inDefault('pods');
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } };

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [disruption, staleDisruption]);
  await world.api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const statusOf = async (name: string) => (await world.api.get(`${budgets}/${name}`)).status;
const statusIs = (expected: object, name = 'web') => expect.poll(() => statusOf(name)).toMatchObject(expected);
const eventsOf = async (reason: string) => {
  const { items } = await world.api.list(inDefault('events'));
  return (items as (AnyObject & { reason: string; message: string })[])
    .filter((event) => event.reason === reason)
    .map(({ message }) => message);
};
const changeStatus = (path: string, status: object) =>
  world.api.request('PATCH', `${path}/status`, { status }, mergePatch);

async function runningPod(name: string, ready: 'True' | 'False' = 'True', owner?: meta.OwnerReference): Promise<void> {
  await world.api.create(podsPath, {
    ...pod(name),
    metadata: { name, labels, ...(owner ? { ownerReferences: [owner] } : {}) },
  });
  await world.api.create(`${podsPath}/${name}/binding`, {
    metadata: { name },
    target: { kind: 'Node', name: 'worker' },
  });
  await changeStatus(`${podsPath}/${name}`, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready, lastTransitionTime: '2026-01-01T00:00:00Z' }],
  });
}
const aBudget = (spec: object, name = 'web') =>
  world.api.create(budgets, { metadata: { name }, spec: { selector: { matchLabels: labels }, ...spec } });
const evict = (name: string, deleteOptions: object = {}) =>
  world.api.request('POST', `${podsPath}/${name}/eviction`, { metadata: { name }, deleteOptions });
const refusedEviction = async (name: string) =>
  (await evict(name)).body as AnyObject & { details?: meta.StatusDetails };
const isGoing = async (name: string) =>
  (await world.api.get(`${podsPath}/${name}`)).metadata.deletionTimestamp !== undefined;
const workload = (path: string, replicas: number, owners?: meta.OwnerReference[]) =>
  world.api.create(path, {
    metadata: { name: 'web', ...(owners ? { ownerReferences: owners } : {}) },
    spec: { replicas, selector: { matchLabels: labels }, template },
  });

describe('the numbers of a budget', () => {
  const three = [aPod(), aPod(), aPod()];
  it.each([
    ['minAvailable 2 counts pods', { minAvailable: 2 }, 0, { expectedPods: 3, desiredHealthy: 2 }],
    ['minAvailable 50% is rounded up', { minAvailable: '50%' }, 7, { expectedPods: 7, desiredHealthy: 4 }],
    ['maxUnavailable 1', { maxUnavailable: 1 }, 5, { expectedPods: 5, desiredHealthy: 4 }],
    ['maxUnavailable 10% is rounded up', { maxUnavailable: '10%' }, 5, { expectedPods: 5, desiredHealthy: 4 }],
    ['maxUnavailable above the scale', { maxUnavailable: 9 }, 5, { expectedPods: 5, desiredHealthy: 0 }],
    ['neither', {}, 5, { expectedPods: 0, desiredHealthy: 0 }],
  ])('%s', (_, spec, scale, expected) => {
    expect(expectedCounts(spec, three, scale)).toEqual(expected);
  });

  it('prints a selector as Go does', () => {
    const matchExpressions = [{ key: 'a', operator: 'In', values: ['x', 'y'] }];
    expect(printedSelector({ matchLabels: labels, matchExpressions })).toBe(
      '&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:a,Operator:In,Values:[x y],},},}',
    );
  });
});

describe('the status of a budget', () => {
  it('says that there are no pods', async () => {
    await aBudget({ minAvailable: 1 });
    await expect
      .poll(() => statusOf('web'))
      .toEqual({
        observedGeneration: 1,
        disruptionsAllowed: 0,
        currentHealthy: 0,
        desiredHealthy: 1,
        expectedPods: 0,
        conditions: [
          {
            type: 'DisruptionAllowed',
            status: 'False',
            observedGeneration: 1,
            lastTransitionTime: '2026-01-01T00:00:00Z',
            reason: 'InsufficientPods',
            message: '',
          },
        ],
      });
    await expect.poll(() => eventsOf('NoPods')).toEqual(['No matching pods found']);
  });

  it('follows its pods and its own generation', async () => {
    await aBudget({ minAvailable: 1 });
    await runningPod('a');
    await runningPod('b');
    await runningPod('c', 'False');
    await statusIs({
      expectedPods: 3,
      currentHealthy: 2,
      disruptionsAllowed: 1,
      conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }],
    });
    await world.api.request('PATCH', `${budgets}/web`, { spec: { minAvailable: 2 } }, mergePatch);
    await statusIs({ observedGeneration: 2, desiredHealthy: 2, disruptionsAllowed: 0 });
  });

  it.each([
    ['replicasets', '/apis/apps/v1/namespaces/default/replicasets'],
    ['stateful sets', '/apis/apps/v1/namespaces/default/statefulsets'],
  ])('goes by the scale of %s', async (_, path) => {
    const owner = await workload(path, 4);
    await runningPod('a', 'True', referenceTo(owner, { controller: true }));
    await aBudget({ maxUnavailable: '50%' });
    await statusIs({ expectedPods: 4, desiredHealthy: 2, currentHealthy: 1, disruptionsAllowed: 0 });
  });

  it('goes by the scale of the deployment above a replica set', async () => {
    const above = await workload('/apis/apps/v1/namespaces/default/deployments', 6);
    const owner = await workload('/apis/apps/v1/namespaces/default/replicasets', 4, [
      referenceTo(above, { controller: true }),
    ]);
    await expect.poll(() => world.deps.informers.for(replicaSets).list()).toHaveLength(1);
    await runningPod('a', 'True', referenceTo(owner, { controller: true }));
    await aBudget({ minAvailable: '50%' });
    await statusIs({ expectedPods: 6, desiredHealthy: 3 });
  });

  it('fails safe where a controller cannot be asked, and says why', async () => {
    const reference = { apiVersion: 'example.com/v1', kind: 'Gadget', name: 'g', uid: 'u', controller: true };
    await runningPod('a', 'True', reference);
    await aBudget({ maxUnavailable: 1 });
    const message = 'no matches for kind "Gadget" in version "example.com/v1"';
    await statusIs({ disruptionsAllowed: 0, conditions: [{ status: 'False', reason: 'SyncFailed', message }] });
    await expect
      .poll(() => eventsOf('CalculateExpectedPodCountFailed'))
      .toEqual([`Failed to calculate the number of expected pods: ${message}`]);
  });

  it('cannot count pods that nobody controls, and says so', async () => {
    await runningPod('a');
    await aBudget({ maxUnavailable: 1 });
    await statusIs({ expectedPods: 0, disruptionsAllowed: 0, currentHealthy: 1 });
    await expect.poll(async () => (await eventsOf('UnmanagedPods'))[0]).toContain('.spec.minAvailable');
  });

  it('warns of a pod with several budgets', async () => {
    await aBudget({ minAvailable: 1 }, 'one');
    await aBudget({ minAvailable: 1 }, 'two');
    await statusIs({ observedGeneration: 1 }, 'two');
    await runningPod('a');
    await expect
      .poll(() => eventsOf('MultiplePodDisruptionBudgets'))
      .toEqual(['Pod "default"/"a" matches multiple PodDisruptionBudgets.  Chose "one" arbitrarily.']);
  });

  it('forgets an evicted pod that is still there after two minutes', async () => {
    await runningPod('a');
    await aBudget({ minAvailable: 0 });
    await statusIs({ disruptionsAllowed: 1 });
    await changeStatus(`${budgets}/web`, {
      disruptedPods: { a: '2026-01-01T00:00:00Z', gone: '2026-01-01T00:00:00Z' },
    });
    await statusIs({ currentHealthy: 0, disruptionsAllowed: 0, disruptedPods: { a: '2026-01-01T00:00:00Z' } });
    expect(await statusOf('web')).not.toHaveProperty('disruptedPods.gone');
    await world.clock.advance(121_000);
    await statusIs({ currentHealthy: 1, disruptionsAllowed: 1 });
    expect(await statusOf('web')).not.toHaveProperty('disruptedPods');
    await expect
      .poll(() => eventsOf('NotDeleted'))
      .toEqual(["Pod was expected by PDB default/web to be deleted but it wasn't"]);
  });
});

describe('an eviction', () => {
  const twoAllowed = async () => {
    for (const name of ['a', 'b', 'c']) await runningPod(name);
    await aBudget({ minAvailable: 1 });
    await statusIs({ disruptionsAllowed: 2 });
  };

  it('uses up what the budget allows, and is refused then until the budget allows it again', async () => {
    await twoAllowed();
    world.stop();
    expect((await evict('a')).status).toBe(201);
    expect(await statusOf('web')).toMatchObject({
      disruptionsAllowed: 1,
      disruptedPods: { a: '2026-01-01T00:00:00Z' },
    });
    expect((await evict('b')).status).toBe(201);
    expect(await statusOf('web')).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ status: 'False', reason: 'InsufficientPods' }],
    });
    await changeStatus(`${budgets}/web`, { currentHealthy: 1 });
    const refusal = await evict('c');
    expect(refusal.headers).not.toHaveProperty('retry-after');
    expect(refusal.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      reason: 'TooManyRequests',
      details: {
        causes: [
          { reason: 'DisruptionBudget', message: 'The disruption budget web needs 1 healthy pods and has 1 currently' },
        ],
      },
      code: 429,
    });
    await changeStatus(`${budgets}/web`, { disruptionsAllowed: 1 });
    expect((await evict('c')).status).toBe(201);
  });

  it.each([
    ['in its options', ['All'], ''],
    ['in the query', [], '?dryRun=All'],
  ])('with a dry run %s asks the budget and uses nothing up', async (_, dryRun, query) => {
    await twoAllowed();
    world.stop();
    const path = `${podsPath}/a/eviction${query}`;
    const body = { metadata: { name: 'a' }, deleteOptions: { dryRun } };
    expect((await world.api.request('POST', path, body)).status).toBe(201);
    expect(await isGoing('a')).toBe(false);
    expect(await statusOf('web')).toMatchObject({ disruptionsAllowed: 2 });
    await changeStatus(`${budgets}/web`, { disruptionsAllowed: 0 });
    expect((await world.api.request('POST', path, body)).status).toBe(429);
  });

  it('waits for the controller to see a new budget', async () => {
    await runningPod('a');
    world.stop();
    await aBudget({ minAvailable: 0 });
    const { status, headers, body } = await evict('a');
    expect([status, headers['retry-after']]).toEqual([429, '10']);
    expect(body).toMatchObject({
      details: {
        retryAfterSeconds: 10,
        causes: [{ message: 'The disruption budget web is still being processed by the server.' }],
      },
    });
  });

  it('of a pod with several budgets is refused', async () => {
    await runningPod('a');
    await aBudget({ minAvailable: 0 }, 'one');
    await aBudget({ minAvailable: 0 }, 'two');
    expect(await refusedEviction('a')).toMatchObject({
      code: 500,
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });

  const condition = { type: 'DisruptionAllowed', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' };
  it.each([
    [
      'a failed sync',
      { conditions: [{ ...condition, reason: 'SyncFailed', message: 'no scale' }] },
      'The disruption budget web does not allow evicting pods currently because it failed sync: no scale',
    ],
    [
      'another reason',
      { currentHealthy: 3, desiredHealthy: 1, conditions: [{ ...condition, reason: 'Other', message: 'not now' }] },
      'The disruption budget web does not allow evicting pods currently (Other): not now',
    ],
    [
      'no reason',
      { currentHealthy: 3, desiredHealthy: 1, conditions: [{ ...condition, reason: 'Other', message: '' }] },
      'The disruption budget web does not allow evicting pods currently',
    ],
  ])('is refused with %s', async (_, status, message) => {
    await runningPod('a');
    await aBudget({ minAvailable: 1 });
    await statusIs({ currentHealthy: 1 });
    world.stop();
    await changeStatus(`${budgets}/web`, status);
    expect((await refusedEviction('a')).details?.causes).toEqual([{ reason: 'DisruptionBudget', message }]);
  });

  it.each([
    ['that does not run yet', 'Pending'],
    ['that has failed', 'Failed'],
    ['that has succeeded', 'Succeeded'],
  ])('of a pod %s asks no budget', async (_, phase) => {
    await runningPod('a');
    await changeStatus(`${podsPath}/a`, { phase });
    await aBudget({ minAvailable: 1 });
    await statusIs({ observedGeneration: 1 });
    expect((await evict('a')).status).toBe(201);
  });

  it.each([
    ['goes where the others are enough', 'IfHealthyBudget', 1, 201],
    ['stays where they are not', 'IfHealthyBudget', 2, 429],
    ['goes in any case by AlwaysAllow', 'AlwaysAllow', 2, 201],
  ])('of a pod that is not ready: it %s', async (_, unhealthyPodEvictionPolicy, minAvailable, status) => {
    await runningPod('a', 'False');
    await runningPod('b');
    await aBudget({ minAvailable, unhealthyPodEvictionPolicy });
    await statusIs({ currentHealthy: 1 });
    expect((await evict('a')).status).toBe(status);
    expect(await statusOf('web')).not.toHaveProperty('disruptedPods');
  });
});

describe('a pod that was to be ended and lives on', () => {
  const target = (reason: string, status = 'True') => ({
    status: { conditions: [{ type: 'DisruptionTarget', status, reason, lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  });
  const now = Date.parse('2026-01-01T00:00:30Z');
  it.each<[string, Pod, number | undefined]>([
    ['waits two minutes', aPod(target('EvictionByEvictionAPI')), 90_000],
    ['keeps what the kubelet says', aPod(target('TerminationByKubelet')), undefined],
    ['has nothing to take back', aPod(target('', 'False')), undefined],
    [
      'is deleted after all',
      aPod({ ...target('PreemptionByScheduler'), metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      undefined,
    ],
  ])('%s', (_, object, expected) => {
    expect(staleDisruptionAfter(object, now)).toBe(expected);
  });

  it('is said to be no target any more', async () => {
    await runningPod('a');
    await changeStatus(`${podsPath}/a`, target('EvictionByEvictionAPI').status);
    await expect.poll(() => world.deps.informers.for(pods).list()[0]?.status?.conditions).toHaveLength(1);
    await world.clock.advance(121_000);
    const cleared = { type: 'DisruptionTarget', status: 'False', lastTransitionTime: '2026-01-01T00:02:00Z' };
    await expect
      .poll(async () => (await world.api.get(`${podsPath}/a`)).status?.conditions)
      .toEqual([{ ...cleared, lastProbeTime: null }]);
  });
});

it('lists budgets of all namespaces and deletes a collection of them', async () => {
  await aBudget({ minAvailable: 1 }, 'one');
  await aBudget({ minAvailable: 1 }, 'two');
  await statusIs({ observedGeneration: 1 }, 'two');
  expect(world.deps.informers.for<PodDisruptionBudget>(podDisruptionBudgets).list()).toHaveLength(2);
  await world.api.request('DELETE', budgets);
  expect(await world.names('/apis/policy/v1/poddisruptionbudgets')).toEqual([]);
});
