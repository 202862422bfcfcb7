import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectList } from '../../../../agent/api/types.ts';
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
  await api.create(`${pods}/${name}/binding`, { metadata: { name }, target: { kind: 'Node', name: 'worker' } });
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
    message: `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    details: { name: 'a', kind: 'ConfigMap' },
  });
});

it('lets no new finalizer hold what is being deleted', async () => {
  await api.create(maps, { ...configMap('a'), metadata: { name: 'a', finalizers: ['example.com/x'] } });
  await api.request('DELETE', `${maps}/a`);
  const finalizers = ['example.com/x', 'example.com/y'];
  expect(await api.refused('PATCH', `${maps}/a`, { metadata: { finalizers } }, merge)).toMatchObject({
    code: 422,
    message:
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/y"}',
  });
});

describe('an eviction', () => {
  const evict = (deleteOptions: object) =>
    api.request('POST', `${pods}/web/eviction`, { metadata: { name: 'web' }, deleteOptions });
  const conditions = async () => (await api.get(`${pods}/web`)).status?.conditions;
  const evicted = {
    type: 'DisruptionTarget',
    observedGeneration: 1,
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };

  it('tells the pod why it goes', async () => {
    await scheduled('web');
    expect((await evict({})).status).toBe(201);
    expect((await api.get(`${pods}/web`)).metadata.deletionTimestamp).toBe('2026-01-01T00:00:30Z');
    expect(await conditions()).toContainEqual(evicted);
  });

  it('of a revision that it names is not undone by its own first write', async () => {
    await scheduled('web');
    const { metadata } = await api.get(`${pods}/web`);
    const { resourceVersion } = metadata;
    expect((await evict({ preconditions: { resourceVersion } })).status).toBe(201);
    expect((await api.get(`${pods}/web`)).metadata.deletionTimestamp).toBeDefined();
  });

  it.each([
    ['that is a dry run', { dryRun: ['All'] }, 201],
    ['of another pod of that name', { preconditions: { uid: 'another' } }, 409],
    ['with options that do not go together', { propagationPolicy: 'Orphan', orphanDependents: true }, 422],
  ])('%s leaves the pod as it is', async (_, options, status) => {
    await scheduled('web');
    const before = await api.get(`${pods}/web`);
    expect((await evict(options)).status).toBe(status);
    expect(await api.get(`${pods}/web`)).toEqual(before);
  });
});

it('has a pod’s place observed at the generation of its binding', async () => {
  await scheduled('web');
  expect((await api.get(`${pods}/web`)).status?.conditions).toEqual([
    {
      type: 'PodScheduled',
      observedGeneration: 1,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ]);
});

it('deletes nothing on a dry run, whether the body, the query or an eviction asks for it', async () => {
  await api.create(maps, configMap('a'));
  await scheduled('web');
  const dryRun = ['All'];
  const answers = [
    await api.request('DELETE', `${maps}/a`, { kind: 'DeleteOptions', apiVersion: 'v1', dryRun }),
    await api.request('DELETE', `${maps}/a?dryRun=All`),
    await api.request('DELETE', maps, { dryRun }),
    await api.request('POST', `${pods}/web/eviction`, { metadata: { name: 'web' }, deleteOptions: { dryRun } }),
    await api.request('POST', `${pods}/web/eviction?dryRun=All`, { metadata: { name: 'web' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 201, 201]);
  expect(await api.get(`${maps}/a`)).toMatchObject({ metadata: { name: 'a' } });
  expect((await api.get(`${pods}/web`)).metadata.deletionTimestamp).toBeUndefined();
});

it.each([
  [
    { propagationPolicy: 'Foo' },
    'propagationPolicy: Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil"',
  ],
  [
    { propagationPolicy: 'Orphan', orphanDependents: true },
    'propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
  ],
  [{ dryRun: ['Some'] }, 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
])('refuses the options %j', async (options, problem) => {
  await api.create(maps, configMap('a'));
  expect(await api.refused('DELETE', `${maps}/a`, options)).toMatchObject({
    code: 422,
    message: `DeleteOptions.meta.k8s.io "" is invalid: ${problem}`,
  });
});

it('deletes the selected part of a collection', async () => {
  await api.create(maps, configMap('a', {}, { app: 'web' }));
  await api.create(maps, configMap('b'));
  await api.request('DELETE', `${maps}?labelSelector=app%3Dweb`);
  expect((await api.list(maps)).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
});

it('deletes a chunk of a collection where a limit is given, and goes on behind it', async () => {
  for (const name of ['a', 'b', 'c']) await api.create(maps, configMap(name));
  const first = await api.request('DELETE', `${maps}?limit=2`);
  const { items, metadata } = first.body as ObjectList;
  expect(items.map((item) => item.metadata.name)).toEqual(['a', 'b']);
  expect((await api.list(maps)).items.map((item) => item.metadata.name)).toEqual(['c']);
  await api.request('DELETE', `${maps}?limit=2&continue=${metadata.continue}`);
  expect((await api.list(maps)).items).toEqual([]);
  expect(await api.refused('DELETE', `${maps}?resourceVersionMatch=Exact`)).toMatchObject({ code: 422 });
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
