import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountUser } from '../../../../agent/apiserver/user.ts';
import { createClient } from '../../../../agent/client/client.ts';
import { createInformers } from '../../../../agent/client/informer.ts';
import { createLogger } from '../../../../agent/log.ts';
import { markControlPlane } from '../../../../agent/roles/mark-control-plane.ts';
import { settle } from '../../../fakes/clock.ts';
import { startApi, type TestApi } from '../apiserver/api.ts';

const label = 'node-role.kubernetes.io/control-plane';
const nodes = '/api/v1/nodes';
let api: TestApi;
let stopping: AbortController;

beforeEach(async () => {
  api = await startApi();
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await api.close();
});

const start = () => {
  const client = createClient(api.server.transport(accountUser('kube-system', 'node-controller')));
  const deps = { clock: api.clock, log: createLogger('test', () => {}), signal: stopping.signal };
  markControlPlane({ client, informers: createInformers(client, deps), nodeName: 'first', ...deps });
};
const labelsOf = async (name: string) => (await api.get(`${nodes}/${name}`)).metadata.labels ?? {};

it.each([
  ['that registers', async () => {}, async () => api.create(nodes, { metadata: { name: 'first' } })],
  ['that is there', async () => api.create(nodes, { metadata: { name: 'first' } }), async () => {}],
])('marks its own node %s, and no other', async (_when, before, after) => {
  await before();
  start();
  await settle();
  await after();
  await api.create(nodes, { metadata: { name: 'second' } });
  await settle();
  expect(await labelsOf('first')).toEqual({ [label]: '' });
  expect(await labelsOf('second')).toEqual({});
});

it('leaves a mark that somebody takes away', async () => {
  await api.create(nodes, { metadata: { name: 'first' } });
  start();
  await settle();
  const merge = { 'content-type': 'application/merge-patch+json' };
  await api.request('PATCH', `${nodes}/first`, { metadata: { labels: { [label]: null } } }, merge);
  await settle();
  expect(await labelsOf('first')).toEqual({});
});
