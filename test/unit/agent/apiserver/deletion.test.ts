import { afterEach, beforeEach, expect, it } from 'vitest';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());
const merge = { 'content-type': 'application/merge-patch+json' };
const maps = inDefault('configmaps');
const pods = inDefault('pods');

const scheduled = async (name: string) => {
  await api.create(pods, pod(name));
  await api.create(`${pods}/${name}/binding`, { target: { kind: 'Node', name: 'worker' } });
};

it('answers with a Status once the object is gone', async () => {
  const { metadata } = await api.create(maps, configMap('a'));
  const { body } = await api.request('DELETE', `${maps}/a`);
  expect(body).toMatchObject({
    kind: 'Status',
    status: 'Success',
    details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
  });
  expect(await api.refused('GET', `${maps}/a`)).toMatchObject({ message: 'configmaps "a" not found' });
});

it('gives a pod on a node its grace period, and removes it when the kubelet says so', async () => {
  await scheduled('web');
  const { body } = await api.request('DELETE', `${pods}/web`);
  expect(body).toMatchObject({
    metadata: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 },
  });
  await api.request('DELETE', `${pods}/web`, { gracePeriodSeconds: 0 });
  expect(await api.refused('GET', `${pods}/web`)).toMatchObject({ code: 404 });
});

it('shortens a grace period that runs, and never lengthens it', async () => {
  await scheduled('web');
  await api.request('DELETE', `${pods}/web`, { gracePeriodSeconds: 10 });
  const longer = await api.request('DELETE', `${pods}/web`, { gracePeriodSeconds: 60 });
  expect(longer.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 10 } });
  const shorter = await api.request('DELETE', `${pods}/web`, { gracePeriodSeconds: 5 });
  expect(shorter.body).toMatchObject({
    metadata: { deletionGracePeriodSeconds: 5, deletionTimestamp: '2026-01-01T00:00:05Z' },
  });
});

it('removes a pod that is on no node at once', async () => {
  await api.create(pods, pod('web'));
  await api.request('DELETE', `${pods}/web`);
  expect(await api.refused('GET', `${pods}/web`)).toMatchObject({ code: 404 });
});

it('keeps an object until its last finalizer is gone', async () => {
  await api.create(maps, { ...configMap('a'), metadata: { name: 'a', finalizers: ['example.com/x'] } });
  await api.request('DELETE', `${maps}/a`);
  expect(await api.get(`${maps}/a`)).toMatchObject({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  const { status } = await api.request('PATCH', `${maps}/a`, { metadata: { finalizers: null } }, merge);
  expect(status).toBe(200);
  expect(await api.refused('GET', `${maps}/a`)).toMatchObject({ code: 404 });
});

it.each([
  ['Foreground', ['foregroundDeletion']],
  ['Orphan', ['orphan']],
])('lets the garbage collector work under propagationPolicy %s', async (propagationPolicy, finalizers) => {
  await api.create(maps, configMap('a'));
  await api.request('DELETE', `${maps}/a`, { propagationPolicy });
  expect(await api.get(`${maps}/a`)).toMatchObject({ metadata: { finalizers } });
});

it('heeds preconditions', async () => {
  const { metadata } = await api.create(maps, configMap('a'));
  const status = await api.refused('DELETE', `${maps}/a`, { preconditions: { uid: 'other' } });
  expect(status).toMatchObject({
    code: 409,
    message: `Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: ${metadata.uid}`,
  });
});

it('deletes the selected part of a collection', async () => {
  await api.create(maps, configMap('a', {}, { app: 'web' }));
  await api.create(maps, configMap('b'));
  await api.request('DELETE', `${maps}?labelSelector=app%3Dweb`);
  expect((await api.list(maps)).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
});

it('does not mind when somebody else deletes part of a collection at the same time', async () => {
  for (const name of ['a', 'b', 'c']) await api.create(maps, configMap(name));
  const [all, one] = await Promise.all([api.request('DELETE', maps), api.request('DELETE', `${maps}/b`)]);
  expect([all.status, [200, 404].includes(one.status)]).toEqual([200, true]);
  expect((await api.list(maps)).items).toEqual([]);
});

it('keeps a namespace as Terminating until it is finalized, and lets nothing new into it', async () => {
  await api.create('/api/v1/namespaces', { metadata: { name: 'team' } });
  await api.request('DELETE', '/api/v1/namespaces/team');
  const going = await api.get('/api/v1/namespaces/team');
  expect(going).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } });
  expect(await api.refused('POST', '/api/v1/namespaces/team/configmaps', configMap('a'))).toMatchObject({
    code: 403,
    message:
      'configmaps "a" is forbidden: unable to create new content in namespace team because it is being terminated',
    details: { causes: [{ reason: 'NamespaceTerminating' }] },
  });
  await api.request('PUT', '/api/v1/namespaces/team/finalize', { ...going, spec: { finalizers: [] } });
  expect(await api.refused('GET', '/api/v1/namespaces/team')).toMatchObject({ code: 404 });
});

it.each(['default', 'kube-system', 'kube-public'])('never deletes the namespace %s', async (name) => {
  expect(await api.refused('DELETE', `/api/v1/namespaces/${name}`)).toMatchObject({
    code: 403,
    message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
  });
});

it('evicts a pod gracefully', async () => {
  await scheduled('web');
  const { status } = await api.request('POST', `${pods}/web/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'web' },
  });
  expect(status).toBe(201);
  expect(await api.get(`${pods}/web`)).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } });
});
