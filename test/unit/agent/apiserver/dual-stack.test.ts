/**
 * Services in a cluster with service addresses of both families.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/service/storage/storage_test.go
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Service } from '../../../../agent/api/types.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ settings: { serviceCIDRs: ['10.96.0.0/12', 'fd00:10:96::/112'] } });
});
afterEach(() => api.close());

const services = inDefault('services');
const mergePatch = { 'content-type': 'application/merge-patch+json' };
const ports = [{ port: 80 }];
const service = (spec: object, name = 'web') => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const create = async (spec: object, name?: string) =>
  (await api.create(services, service(spec, name))) as object as Service;
const patch = async (spec: object) =>
  (await api.request('PATCH', `${services}/web`, { spec }, mergePatch)).body as Service;

/** Policy, families, and the families of the addresses. */
const shape = ({ spec }: Service) => [
  spec.ipFamilyPolicy,
  spec.ipFamilies,
  spec.clusterIPs?.map((ip) => (ip.startsWith('fd00:10:96::') ? 'IPv6' : ip.replace(/^10\..*/, 'IPv4'))),
];
const both = ['IPv4', 'IPv6'];
const sixFirst = ['IPv6', 'IPv4'];

it.each([
  ['says nothing', { ports }, ['SingleStack', ['IPv4'], ['IPv4']]],
  ['is of IPv6', { ports, ipFamilies: ['IPv6'] }, ['SingleStack', ['IPv6'], ['IPv6']]],
  ['has an address of IPv6', { ports, clusterIP: 'fd00:10:96::99' }, ['SingleStack', ['IPv6'], ['IPv6']]],
  ['prefers two', { ports, ipFamilyPolicy: 'PreferDualStack' }, ['PreferDualStack', both, both]],
  ['requires two', { ports, ipFamilyPolicy: 'RequireDualStack' }, ['RequireDualStack', both, both]],
  [
    'requires two, IPv6 first',
    { ports, ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] },
    ['RequireDualStack', sixFirst, sixFirst],
  ],
  [
    'names one address of two',
    { ports, ipFamilyPolicy: 'RequireDualStack', clusterIP: 'fd00:10:96::99' },
    ['RequireDualStack', sixFirst, sixFirst],
  ],
  [
    'is headless and has a selector',
    { ports, clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack', selector: { a: 'b' } },
    ['PreferDualStack', both, ['None']],
  ],
])('a service that %s gets an address of each of its families', async (_what, spec, expected) => {
  const made = await create(spec);
  expect(shape(made)).toEqual(expected);
  expect(made.spec.clusterIP).toBe(made.spec.clusterIPs?.[0]);
});

it('a service that comes to prefer two families gets the second, and gives it back', async () => {
  const before = await create({ ports });
  const two = await patch({ ipFamilyPolicy: 'PreferDualStack' });
  expect(shape(two)).toEqual(['PreferDualStack', both, both]);
  expect(two.spec.clusterIP).toBe(before.spec.clusterIP);
  const one = await patch({ ipFamilyPolicy: 'SingleStack' });
  expect(one.spec).toMatchObject({ ipFamilies: ['IPv4'], clusterIPs: [before.spec.clusterIP] });
  // Another may have it now.
  await create({ ports, clusterIP: two.spec.clusterIPs?.[1] }, 'other');
});

it('a second address is given up by the policy alone', async () => {
  const { spec } = await create({ ports, ipFamilyPolicy: 'RequireDualStack' });
  const { message } = await api.refused(
    'PATCH',
    `${services}/web`,
    { spec: { clusterIPs: [spec.clusterIP], ipFamilies: null } },
    mergePatch,
  );
  expect(message).toContain("must be 'SingleStack' to release the secondary cluster IP");
});

it.each([
  [
    'in neither range',
    { clusterIP: 'fd00:99::1' },
    'failed to allocate IP fd00:99::1: the provided IP (fd00:99::1) is not in the valid range. The range of valid IPs is fd00:10:96::/112',
  ],
  [
    'of another, however it is written',
    { clusterIP: 'fd00:10:96:0::7' },
    'failed to allocate IP fd00:10:96:0::7: provided IP is already allocated',
  ],
])('an address that is %s is refused', async (_what, spec, message) => {
  await create({ ports, clusterIP: 'fd00:10:96::7' }, 'first');
  expect((await api.refused('POST', services, service({ ports, ...spec }))).message).toContain(message);
});

it('the cluster says its ranges, and its own services are of the first', async () => {
  const range = await api.get('/apis/networking.k8s.io/v1/servicecidrs/kubernetes');
  expect(range).toMatchObject({ spec: { cidrs: ['10.96.0.0/12', 'fd00:10:96::/112'] } });
  const own = (await api.get(`${services}/kubernetes`)) as object as Service;
  expect(shape(own)).toEqual(['SingleStack', ['IPv4'], ['IPv4']]);
});
