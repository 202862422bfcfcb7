/** Families and addresses of services in a cluster of IPv4; what is refused is in validation/small-rows.ts. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Service } from '../../../../agent/api/types.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const services = inDefault('services');
const mergePatch = { 'content-type': 'application/merge-patch+json' };
const ports = [{ port: 80 }];
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });
const create = async (spec: object) => (await api.create(services, service(spec))) as object as Service;

async function patch(spec: object): Promise<Service> {
  const { body } = await api.request('PATCH', `${services}/web`, { spec }, mergePatch);
  return body as Service;
}

const family = ({ spec }: Service) => [spec.ipFamilyPolicy, spec.ipFamilies, spec.clusterIPs?.length];

it.each([
  ['one that says nothing', { ports }, ['SingleStack', ['IPv4'], 1]],
  ['one that prefers two families', { ports, ipFamilyPolicy: 'PreferDualStack' }, ['PreferDualStack', ['IPv4'], 1]],
  ['one with an address', { ports, clusterIP: '10.96.9.9' }, ['SingleStack', ['IPv4'], 1]],
  ['a headless one with a selector', { clusterIP: 'None', selector: { a: 'b' } }, ['SingleStack', ['IPv4'], 1]],
  ['a headless one without', { clusterIP: 'None' }, ['RequireDualStack', ['IPv4', 'IPv6'], 1]],
  [
    'a headless one that is of IPv6 alone',
    { clusterIP: 'None', ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' },
    ['SingleStack', ['IPv6'], 1],
  ],
  [
    'a headless one that prefers IPv6',
    { clusterIP: 'None', ipFamilies: ['IPv6'], ipFamilyPolicy: 'PreferDualStack' },
    ['PreferDualStack', ['IPv6', 'IPv4'], 1],
  ],
  ['one that is a name', { type: 'ExternalName', externalName: 'a.example' }, [undefined, undefined, undefined]],
])('%s gets its families', async (_what, spec, expected) => {
  expect(family(await create(spec))).toEqual(expected);
});

it('one that is content with a single stack gives up the second family', async () => {
  await create({ clusterIP: 'None' });
  expect(family(await patch({ ipFamilyPolicy: 'SingleStack' }))).toEqual(['SingleStack', ['IPv4'], 1]);
});

it('one that becomes a name loses address and families, and gets new ones when it is none any more', async () => {
  await create({ ports });
  const named = await patch({ type: 'ExternalName', externalName: 'a.example' });
  expect([named.spec.clusterIP, ...family(named)]).toEqual([undefined, undefined, undefined, undefined]);
  expect(family(await patch({ type: 'ClusterIP', externalName: null }))).toEqual(['SingleStack', ['IPv4'], 1]);
});

it('an update that names neither address nor families keeps both', async () => {
  const { spec, metadata } = await create({ ports, ipFamilyPolicy: 'PreferDualStack' });
  const { body } = await api.request('PUT', `${services}/web`, {
    ...service({ ports }),
    metadata: { name: 'web', resourceVersion: metadata.resourceVersion },
  });
  expect((body as Service).spec).toMatchObject({
    clusterIPs: spec.clusterIPs,
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'PreferDualStack',
  });
});
