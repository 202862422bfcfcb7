import { afterEach, beforeEach, expect, it } from 'vitest';
import { settle } from '../../../fakes/clock.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

it.each([
  [inDefault('services', 'kubernetes'), '10.96.0.1'],
  ['/api/v1/namespaces/kube-system/services/kube-dns', '10.96.0.10'],
])('%s comes back at its address when somebody deletes it', async (path, clusterIP) => {
  const { metadata } = await api.get(path);
  await api.request('DELETE', path);
  await settle();
  const again = await api.get(path);
  expect(again.metadata.uid).not.toBe(metadata.uid);
  expect(again.spec).toMatchObject({ clusterIP });
});

it('makes a system namespace again once it is gone', async () => {
  const path = '/api/v1/namespaces/kube-node-lease';
  await api.request('DELETE', path);
  const going = await api.get(path);
  await api.request('PUT', `${path}/finalize`, { ...going, spec: { finalizers: [] } });
  await settle();
  expect(await api.get(path)).toMatchObject({ status: { phase: 'Active' } });
});
