/** Budgets, quotas, limits and classes of runtimes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { exampleOf } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const make = (kind: string, name: string, content: object = exampleOf(kind).content) =>
  api.create(exampleOf(kind).path, { metadata: { name }, ...content });

/** DisruptionController should create a PodDisruptionBudget, should update/patch PodDisruptionBudget status. */
describe('a disruption budget', () => {
  const { path } = exampleOf('PodDisruptionBudget');

  it('allows nothing until somebody counts its pods', async () => {
    const { status, metadata, spec } = await make('PodDisruptionBudget', 'web');
    expect(status).toEqual({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 });
    expect([metadata.generation, spec?.minAvailable]).toEqual([1, 1]);
  });

  it('has a status that is updated and patched', async () => {
    const current = await make('PodDisruptionBudget', 'web');
    const disruptedPods = { pod: '2026-01-01T00:00:00Z' };
    const updated = await api.request('PUT', `${path}/web/status`, {
      ...current,
      status: { ...current.status, disruptedPods, disruptionsAllowed: 2, observedGeneration: 1 },
    });
    expect(updated.body).toMatchObject({ status: { disruptedPods, disruptionsAllowed: 2 } });
    const patch = { status: { disruptedPods: { pod: null, other: '2026-01-02T00:00:00Z' } } };
    const patched = await api.request('PATCH', `${path}/web/status`, patch, merge);
    expect((patched.body as AnyObject).status).toMatchObject({ disruptedPods: { other: '2026-01-02T00:00:00Z' } });
    expect((patched.body as AnyObject).status).not.toHaveProperty('disruptedPods.pod');
  });
});

describe.each([
  ['PodDisruptionBudget', 'poddisruptionbudgets.policy'],
  ['RuntimeClass', 'runtimeclasses.node.k8s.io'],
])('a PUT of a %s', (kind, resource) => {
  it('names the version that it replaces', async () => {
    const { path } = exampleOf(kind);
    const { metadata, ...rest } = await make(kind, 'web');
    const { resourceVersion: _version, ...without } = metadata;
    expect(await api.refused('PUT', `${path}/web`, { ...rest, metadata: without })).toMatchObject({
      code: 422,
      message: `${resource} "web" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update`,
    });
    expect((await api.request('PUT', `${path}/web`, { ...rest, metadata })).status).toBe(200);
  });
});

describe('a quota', () => {
  const { path } = exampleOf('ResourceQuota');

  /** ResourceQuota should apply changes to a resourcequota status. */
  it('has a status of its own', async () => {
    await make('ResourceQuota', 'all', { spec: { hard: { cpu: '500m', memory: '500Mi', 'limits.cpu': 2 } } });
    const status = { hard: { cpu: '500m', 'limits.cpu': '2' }, used: { cpu: '100m' } };
    const patched = await api.request('PATCH', `${path}/all/status`, { status }, merge);
    expect(patched.body).toMatchObject({ status, spec: { hard: { 'limits.cpu': '2' } } });
    const lost = await api.request('PATCH', `${path}/all`, { status: { used: { cpu: '9' } } }, merge);
    expect(lost.body).toMatchObject({ status });
  });

  it('is answered with when it is deleted', async () => {
    await make('ResourceQuota', 'all');
    expect((await api.request('DELETE', `${path}/all`)).body).toMatchObject({ kind: 'ResourceQuota' });
  });
});

describe('limits', () => {
  it('of containers fill in each other', async () => {
    const { spec } = await make('LimitRange', 'limits', {
      spec: {
        limits: [
          { type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } },
          { type: 'Pod', max: { cpu: 2 } },
        ],
      },
    });
    expect(spec?.limits).toEqual([
      {
        type: 'Container',
        max: { cpu: '1' },
        min: { memory: '1Mi' },
        default: { cpu: '1' },
        defaultRequest: { cpu: '1', memory: '1Mi' },
      },
      { type: 'Pod', max: { cpu: '2' } },
    ]);
  });
});
