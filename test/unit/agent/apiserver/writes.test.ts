import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
const maps = inDefault('configmaps');

describe('creating', () => {
  it('fills in what only the server knows', async () => {
    const { metadata } = await api.create(maps, configMap('a', { key: 'value' }));
    expect(metadata).toMatchObject({ name: 'a', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' });
    expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata.resourceVersion).toBe(String(await api.store.revision()));
  });

  it('answers 409 AlreadyExists for a name that is taken', async () => {
    await api.create(maps, configMap('a'));
    expect(await api.refused('POST', maps, configMap('a'))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  it('drops fields of features that are off in this release, on update as well', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const asked = pod('p', { schedulingGroup: { podGroupName: 'g' } });
    const made = await api.create(inDefault('pods'), asked);
    expect(made.spec).not.toHaveProperty('schedulingGroup');
    const { body } = await api.request('PUT', inDefault('pods', 'p'), {
      ...made,
      spec: { ...made.spec, schedulingGroup: { podGroupName: 'g' } },
    });
    expect(body).toMatchObject({ metadata: { resourceVersion: made.metadata.resourceVersion }, spec: made.spec });
    expect((body as typeof made).spec).not.toHaveProperty('schedulingGroup');
  });

  it('generates a name of five letters after generateName', async () => {
    const { metadata } = await api.create(maps, { metadata: { generateName: 'web-' } });
    expect(metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it.each([
    [
      'a namespace that does not exist',
      '/api/v1/namespaces/x/configmaps',
      configMap('a'),
      404,
      'namespaces "x" not found',
    ],
    [
      'a resourceVersion',
      maps,
      { metadata: { name: 'a', resourceVersion: '1' } },
      400,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'another kind',
      maps,
      { ...configMap('a'), kind: 'Secret' },
      400,
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      'another version',
      maps,
      { ...configMap('a'), apiVersion: 'v2' },
      400,
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
    [
      'another namespace',
      maps,
      { metadata: { name: 'a', namespace: 'x' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
  ])('refuses %s', async (_what, path, body, code, message) => {
    expect(await api.refused('POST', path, body)).toMatchObject({ code, message });
  });

  it('refuses a name that is none, naming the field', async () => {
    const status = await api.refused('POST', maps, configMap('Not A Name'));
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(status.message).toMatch(
      /^ConfigMap "Not A Name" is invalid: metadata.name: Invalid value: "Not A Name": a lowercase RFC 1123 subdomain/,
    );
    expect(status.details?.causes?.[0]).toMatchObject({ reason: 'FieldValueInvalid', field: 'metadata.name' });
  });

  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1' };
  it.each([
    ['no name', {}, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
    [
      'a finalizer without a domain',
      { name: 'a', finalizers: ['mine'] },
      'ConfigMap "a" is invalid: metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [
      'an owner without uid',
      { name: 'a', ownerReferences: [{ ...owner, uid: '' }] },
      'ConfigMap "a" is invalid: metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
    [
      'an owner of no version',
      { name: 'a', ownerReferences: [{ ...owner, apiVersion: 'a/b/c' }] },
      'ConfigMap "a" is invalid: metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
    ],
  ])('refuses metadata with %s', async (_what, metadata, message) => {
    expect(await api.refused('POST', maps, { metadata })).toMatchObject({ code: 422, reason: 'Invalid', message });
  });

  it('refuses two controllers of one object', async () => {
    const ownerReferences = ['p', 'q'].map((name) => ({ ...owner, name, uid: name, controller: true }));
    expect((await api.refused('POST', maps, { metadata: { name: 'a', ownerReferences } })).message).toMatch(
      /Only one reference can have Controller set to true. Found "true" in references for Pod\/p and Pod\/q$/,
    );
  });

  it('names every further controller beside the first', async () => {
    const ownerReferences = ['p', 'q', 'r'].map((name) => ({ ...owner, name, uid: name, controller: true }));
    const { details } = await api.refused('POST', maps, { metadata: { name: 'a', ownerReferences } });
    expect(details?.causes?.map(({ message }) => message?.replace(/^.* references for /, ''))).toEqual([
      'Pod/p and Pod/q',
      'Pod/p and Pod/r',
    ]);
  });

  it('stores an owner that is given twice once, and warns; other words of the same owner stay', async () => {
    const ownerReferences = [owner, { ...owner, name: 'q', uid: '2' }, owner, { ...owner, blockOwnerDeletion: true }];
    const object = { metadata: { name: 'a', ownerReferences } };
    const { headers } = await api.request('POST', maps, object);
    expect(headers.warning).toBe(
      '299 - ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: 1"',
    );
    const kept = [owner, { ...owner, name: 'q', uid: '2' }, { ...owner, blockOwnerDeletion: true }];
    expect((await api.get(`${maps}/a`)).metadata.ownerReferences).toEqual(kept);
  });

  it('looks for owners that a patch gives twice after admission alone', async () => {
    await api.create(maps, configMap('a'));
    const patch = { metadata: { ownerReferences: [owner, owner] } };
    const { headers, body } = await api.request('PATCH', `${maps}/a`, patch, {
      'content-type': 'application/merge-patch+json',
    });
    expect(headers.warning).toMatch(/contains duplicate entries after mutating admission happens; API server dedups/);
    expect(body).toMatchObject({ metadata: { ownerReferences: [owner] } });
  });

  it('judges generateName as well as what is made of it, but for a dash at its end', async () => {
    const { details } = await api.refused('POST', maps, { metadata: { generateName: 'ABC-' } });
    const causes = details?.causes ?? [];
    expect(causes.map(({ field }) => field)).toEqual(['metadata.generateName', 'metadata.name']);
    expect(causes[0]?.message).toContain('Invalid value: "ABC-": a lowercase RFC 1123 subdomain must consist of');
    const { metadata } = await api.create(maps, { metadata: { generateName: 'abc-' } });
    expect(metadata.name).toMatch(/^abc-.{5}$/);
  });

  it('measures annotations in bytes', async () => {
    const annotated = (length: number) => ({ metadata: { name: 'a', annotations: { a: 'é'.repeat(length) } } });
    expect((await api.refused('POST', maps, annotated(128 * 1024))).message).toBe(
      'ConfigMap "a" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
    );
    await api.create(`${maps}?dryRun=All`, annotated(128 * 1024 - 1));
  });

  it('does everything but store on a dry run', async () => {
    const made = await api.create(`${maps}?dryRun=All`, configMap('a'));
    expect(made.metadata.uid).toBeTruthy();
    expect(made.metadata.resourceVersion).toBeUndefined();
    expect(await api.refused('GET', `${maps}/a`)).toMatchObject({ code: 404 });
  });

  it.each([
    ['Strict', 400],
    ['Warn', 201],
    ['Ignore', 201],
  ])('treats unknown fields under fieldValidation=%s with %d', async (level, status) => {
    const { status: answered, headers } = await api.request('POST', `${maps}?fieldValidation=${level}`, {
      ...configMap('a'),
      dat: {},
    });
    expect(answered).toBe(status);
    expect(headers.warning).toBe({ Warn: '299 - "unknown field \\"dat\\""' }[level]);
  });
});

describe('updating', () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

  it('creates what is not there, of the kinds of which upstream allows it', async () => {
    const lease = { metadata: { name: 'a' }, spec: { holderIdentity: 'me' } };
    expect((await api.request('PUT', `${leases}/a`, lease)).status).toBe(201);
    expect((await api.request('PUT', `${leases}/a`, lease)).status).toBe(200);
    expect((await api.refused('PUT', `${leases}/b`, lease)).message).toBe(
      'the name of the object (a) does not match the name on the URL (b)',
    );
    const old = { ...lease, metadata: { name: 'b', resourceVersion: '1' } };
    expect((await api.refused('PUT', `${leases}/b`, old)).message).toBe('leases.coordination.k8s.io "b" not found');
    expect((await api.refused('PUT', `${maps}/a`, configMap('a'))).message).toBe('configmaps "a" not found');
  });

  it('warns of deprecated versions, whatever is done with them', async () => {
    const warning = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
    expect((await api.request('GET', inDefault('endpoints'))).headers.warning).toBe(warning);
    const written = await api.request('PUT', inDefault('endpoints', 'a'), { metadata: { name: 'a' } });
    expect(written.headers.warning).toBe(warning);
  });

  it('conflicts on an old resourceVersion with upstream’s words', async () => {
    const first = await api.create(maps, configMap('a'));
    await api.request('PUT', `${maps}/a`, { ...first, data: { key: '1' } });
    expect(await api.refused('PUT', `${maps}/a`, { ...first, data: { key: '2' } })).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('wants the name in the body of a PUT as well', async () => {
    await api.create(maps, configMap('a'));
    expect(await api.refused('PUT', `${maps}/a`, { data: {} })).toMatchObject({
      code: 400,
      message: 'the name of the object (a based on URL) was undeterminable: name must be provided',
    });
  });

  it('overwrites unconditionally without a resourceVersion', async () => {
    await api.create(maps, configMap('a', { key: '1' }));
    const { status } = await api.request('PUT', `${maps}/a`, configMap('a', { key: '2' }));
    expect(status).toBe(200);
    expect(await api.get(`${maps}/a`)).toMatchObject({ data: { key: '2' } });
  });

  it('writes nothing where nothing changes', async () => {
    const first = await api.create(maps, configMap('a', { x: '1', y: '2' }));
    const { body } = await api.request('PUT', `${maps}/a`, configMap('a', { y: '2', x: '1' }));
    expect(body).toMatchObject({ metadata: { resourceVersion: first.metadata.resourceVersion } });
  });

  it('lets every one of many concurrent patches through', async () => {
    await api.create(maps, configMap('a'));
    const type = { 'content-type': 'application/merge-patch+json' };
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        api.request('PATCH', `${maps}/a`, { data: { [`k${index}`]: 'x' } }, type),
      ),
    );
    const { data } = await api.get(`${maps}/a`);
    expect(Object.keys(data as object)).toHaveLength(50);
  });

  it('refuses a patch of an unknown type with 415', async () => {
    await api.create(maps, configMap('a'));
    const status = await api.refused('PATCH', `${maps}/a`, {}, { 'content-type': 'application/json' });
    expect(status).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  it('keeps status and everything else apart, and counts generations of the latter', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } };
    const made = await api.create(path, {
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: labels }, template },
      status: { replicas: 9 },
    });
    expect(made.metadata.generation).toBe(1);
    expect(made.status?.replicas).toBeUndefined();
    const status = await api.request('PUT', `${path}/web/status`, {
      ...made,
      spec: { ...made.spec, replicas: 5 },
      status: { replicas: 2 },
    });
    expect(status.body).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1 }, status: { replicas: 2 } });
    const merge = { 'content-type': 'application/merge-patch+json' };
    const scaled = await api.request('PATCH', `${path}/web`, { spec: { replicas: 3 }, status: { replicas: 7 } }, merge);
    expect(scaled.body).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 }, status: { replicas: 2 } });
  });

  it('refuses to scale below nothing, and to delete a scale', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments/web/scale';
    const template = { metadata: { labels: { a: 'b' } }, spec: pod('x').spec };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    await api.create('/apis/apps/v1/namespaces/default/deployments', { metadata: { name: 'web' }, spec });
    expect(await api.refused('PUT', path, { metadata: { name: 'web' }, spec: { replicas: -1 } })).toMatchObject({
      code: 422,
      message:
        'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    });
    expect(await api.refused('DELETE', path)).toMatchObject({ code: 405 });
  });

  it('scales through the scale subresource', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } };
    await api.create(path, { metadata: { name: 'web' }, spec: { selector: { matchLabels: labels }, template } });
    const scale = await api.get(`${path}/web/scale`);
    expect(scale).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 1 },
      status: { selector: 'app=web' },
    });
    const { body } = await api.request('PUT', `${path}/web/scale`, { ...scale, spec: { replicas: 4 } });
    expect(body).toMatchObject({ spec: { replicas: 4 } });
    expect(await api.get(`${path}/web`)).toMatchObject({ spec: { replicas: 4 }, metadata: { generation: 2 } });
  });
});

it('labels a namespace with its name, also where that is generated', async () => {
  const { metadata } = await api.create('/api/v1/namespaces', { metadata: { generateName: 'made-' } });
  expect(metadata.labels).toEqual({ 'kubernetes.io/metadata.name': metadata.name });
});
