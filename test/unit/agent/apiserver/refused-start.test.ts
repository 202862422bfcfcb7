/** A start of the server over a store in which somebody is against what the server writes by itself. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { startApi, type TestApi } from './api.ts';
import { define, toolVersion } from './custom-definitions.ts';

let store: Store;
let api: TestApi;
beforeEach(() => {
  store = createMemoryStore();
});
afterEach(() => api.close());

const admission = '/apis/admissionregistration.k8s.io/v1';
const authentication = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const everything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

/** Against every write. */
async function refuseAll(): Promise<void> {
  await api.create(`${admission}/validatingadmissionpolicies`, {
    metadata: { name: 'nothing' },
    spec: { matchConstraints: { resourceRules: [everything] }, validations: [{ expression: 'false' }] },
  });
  await api.create(`${admission}/validatingadmissionpolicybindings`, {
    metadata: { name: 'nothing' },
    spec: { policyName: 'nothing', validationActions: ['Deny'] },
  });
}

it.each([
  ['a cluster role', '/apis/rbac.authorization.k8s.io/v1/clusterroles/view'],
  ['an API service', '/apis/apiregistration.k8s.io/v1/apiservices/v1.apps'],
  ['a priority class', '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical'],
])('%s that is missing is no reason not to serve, and is made when it may be', async (_what, path) => {
  const [group, , plural, name] = path.split('/').slice(2);
  api = await startApi({ store });
  const stored = await store.get(`/registry/${plural}.${group}/${name}`);
  if (!stored) throw new Error(`${path} is not stored`);
  await refuseAll();
  await api.server.close();
  await store.delete(stored.key, stored.revision);

  api = await startApi({ store });
  expect((await api.request('GET', path)).status).toBe(404);
  await api.clock.advance(5_000);
  expect((await api.request('GET', path)).status).toBe(404);
  expect((await api.request('DELETE', `${admission}/validatingadmissionpolicybindings/nothing`)).status).toBe(200);
  await api.clock.advance(5_000);
  expect((await api.request('GET', path)).status).toBe(200);
});

it('definitions are registered though another registration is refused', async () => {
  api = await startApi({ store });
  const only = { operations: ['CREATE'], apiGroups: ['apiregistration.k8s.io'], apiVersions: ['*'], resources: ['*'] };
  await api.create(`${admission}/validatingadmissionpolicies`, {
    metadata: { name: 'nothing' },
    spec: {
      matchConstraints: { resourceRules: [only] },
      validations: [{ expression: "object.metadata.name != 'v1.apps'" }],
    },
  });
  await api.create(`${admission}/validatingadmissionpolicybindings`, {
    metadata: { name: 'nothing' },
    spec: { policyName: 'nothing', validationActions: ['Deny'] },
  });
  const stored = await store.get('/registry/apiservices.apiregistration.k8s.io/v1.apps');
  if (!stored) throw new Error('v1.apps is not stored');
  await api.server.close();
  await store.delete(stored.key, stored.revision);

  api = await startApi({ store });
  await define(api, [toolVersion('v1')]);
  const path = '/apis/apiregistration.k8s.io/v1/apiservices';
  await expect.poll(async () => (await api.request('GET', `${path}/v1.example.com`)).status).toBe(200);
  expect((await api.request('GET', `${path}/v1.apps`)).status).toBe(404);
});

it('certificates that have changed are told to other servers once that is not refused any more', async () => {
  api = await startApi({ store, clientCA: 'OLD' });
  await refuseAll();
  await api.server.close();
  api = await startApi({ store, clientCA: 'NEW' });
  expect((await api.get(authentication)).data).toEqual({ 'client-ca-file': 'OLD' });
  await api.request('DELETE', `${admission}/validatingadmissionpolicybindings/nothing`);
  await api.clock.advance(5_000);
  expect((await api.get(authentication)).data).toEqual({ 'client-ca-file': 'NEW' });
});
