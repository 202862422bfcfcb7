/** Devices that drivers offer, and claims for them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { tableOf } from './table.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const ofGroup = (plural: string) => `/apis/resource.k8s.io/v1/${plural}`;
const claims = ofGroup('namespaces/default/resourceclaims');
const slices = ofGroup('resourceslices');

const patched = async (path: string, change: object): Promise<AnyObject> => {
  const { status, body } = await api.request('PATCH', path, change, merge);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as AnyObject;
};
const wanting = (request: object) => ({
  metadata: { name: 'a' },
  spec: { devices: { requests: [{ name: 'gpu', ...request }] } },
});
const result = { request: 'gpu', driver: 'gpu.example.com', pool: 'one', device: 'gpu-0' };

describe('a claim', () => {
  it.each([
    [{}, { allocationMode: 'ExactCount', count: 1 }],
    [{ count: 2 }, { allocationMode: 'ExactCount', count: 2 }],
    [{ allocationMode: 'All' }, { allocationMode: 'All' }],
    [
      { tolerations: [{ key: 'broken', value: 'yes' }] },
      { allocationMode: 'ExactCount', count: 1, tolerations: [{ key: 'broken', operator: 'Equal', value: 'yes' }] },
    ],
  ])('for %j asks for %j', async (request, asked) => {
    const exactly = { deviceClassName: 'gpu', ...request };
    const { spec } = await api.create(claims, wanting({ exactly }));
    expect(spec).toEqual(wanting({ exactly: { deviceClassName: 'gpu', ...asked } }).spec);
    const templates = ofGroup('namespaces/default/resourceclaimtemplates');
    const template = await api.create(templates, {
      metadata: { name: 'a' },
      spec: { spec: wanting({ exactly }).spec },
    });
    expect(template.spec).toMatchObject({ spec });
  });

  it('goes from pending to allocated and reserved, and tells of devices as long as it has them', async () => {
    await api.create(claims, wanting({ exactly: { deviceClassName: 'gpu' } }));
    const state = async () => (await tableOf(api, claims)).rows;
    expect((await tableOf(api, claims)).columns).toBe('Name | State | Age');
    expect(await state()).toEqual(['a | pending | 0s']);
    await patched(`${claims}/a/status`, { status: { allocation: { devices: { results: [result] } } } });
    const { driver, pool, device } = result;
    await patched(`${claims}/a/status`, {
      status: { reservedFor: [{ resource: 'pods', name: 'web', uid: 'u' }], devices: [{ driver, pool, device }] },
    });
    expect(await state()).toEqual(['a | allocated,reserved | 0s']);
    const freed = await patched(`${claims}/a/status`, { status: { allocation: null, reservedFor: null } });
    expect(freed.status ?? {}).toEqual({});
    expect(await state()).toEqual(['a | pending | 0s']);
  });
});

describe('a slice', () => {
  const slice = (spec: object) => ({
    metadata: { name: 'a' },
    spec: {
      driver: 'gpu.example.com',
      nodeName: 'one',
      pool: { name: 'one', generation: 1, resourceSliceCount: 1 },
      ...spec,
    },
  });

  it('is shown with its node, driver and pool, and found by them', async () => {
    await api.create(slices, slice({}));
    expect(await tableOf(api, slices)).toEqual({
      columns: 'Name | Node | Driver | Pool | Age',
      rows: ['a | one | gpu.example.com | one | 0s'],
    });
    const found = async (selector: string) =>
      (await api.list(`${slices}?fieldSelector=${encodeURIComponent(selector)}`)).items.length;
    expect(await found('spec.nodeName=one,spec.driver=gpu.example.com')).toBe(1);
    expect(await found('spec.nodeName=two')).toBe(0);
  });

  it.each([
    ['1.2.3', 201],
    ['1.0.0-alpha.1+build.007', 201],
    ['1.0.0--.-', 201],
    ['1.0.0+a-b', 201],
    ['1.2', 422],
    ['01.2.3', 422],
    ['1.2.3-01', 422],
    ['1.2.3-', 422],
    ['1.2.3+a+b', 422],
    ['v1.2.3', 422],
  ])('with a device of version %s is answered with %i', async (version, expected) => {
    const { status } = await api.request(
      'POST',
      slices,
      slice({ devices: [{ name: 'gpu-0', attributes: { v: { version } } }] }),
    );
    expect(status).toBe(expected);
  });

  it('tells since when a device is tainted', async () => {
    const taint = { key: 'broken', effect: 'NoSchedule' };
    const told = { ...taint, timeAdded: '2025-12-31T00:00:00Z' };
    const { spec } = await api.create(slices, slice({ devices: [{ name: 'gpu-0', taints: [taint, told] }] }));
    expect(spec).toMatchObject({ devices: [{ taints: [{ ...taint, timeAdded: '2026-01-01T00:00:00Z' }, told] }] });
  });
});
