import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnswerReview,
  allowed,
  byPath,
  patching,
  startWebhookServer,
  verdict,
  type WebhookServer,
} from '../../../../fakes/webhook-server.ts';
import { configMap, inDefault, pod, startApi, type TestApi } from '../api.ts';
import { configurations, register, rule, webhook } from './webhook-configurations.ts';

let api: TestApi;
let server: WebhookServer;
/** What the webhook answers, by path. */
let answers: Record<string, AnswerReview>;

beforeEach(async () => {
  answers = {};
  server = await startWebhookServer(byPath(() => answers));
  api = await startApi();
});
afterEach(async () => {
  await api.close();
  await server.close();
});

const maps = inDefault('configmaps');
const paths = () => server.asked.map(({ path }) => path.replace(/\?.*/, ''));
const patch =
  (...operations: object[]): AnswerReview =>
  (asked) =>
    patching(asked, operations);
const add = (path: string, value: unknown) => ({ op: 'add', path, value });
const mutating = (rest: object = {}, path = '/mutate') =>
  register(api, 'mutating', 'changes', [webhook(server, path, rest)]);
const failed = 'Internal error occurred: failed calling webhook "check.example.com": ';

describe('a mutating webhook', () => {
  it('changes what is created, before anything is validated', async () => {
    answers['/mutate'] = patch(add('/data/more', 'yes'));
    await mutating();
    expect((await api.create(maps, configMap('a', { start: 'yes' }))).data).toEqual({ start: 'yes', more: 'yes' });
    expect((await api.get(`${maps}/a`)).data).toEqual({ start: 'yes', more: 'yes' });
    expect(server.asked[0]?.review.request.object?.metadata.uid).toBeUndefined();
  });

  it('changes what an update makes', async () => {
    answers['/mutate'] = patch(add('/data/seen', 'yes'));
    await mutating({ rules: [rule(['configmaps'], ['UPDATE'])] });
    await api.create(maps, configMap('a', { key: '1' }));
    const merge = { 'content-type': 'application/merge-patch+json' };
    const { body } = await api.request('PATCH', `${maps}/a`, { data: { key: '2' } }, merge);
    expect(body).toMatchObject({ data: { key: '2', seen: 'yes' } });
  });

  it('may write to the very object that it is asked about: nobody waits for the other', async () => {
    await api.create(maps, configMap('a', { key: '1' }));
    const merge = { 'content-type': 'application/merge-patch+json' };
    let own = 0;
    answers['/mutate'] = async (asked) => {
      if (JSON.stringify(asked.review.request.object?.data).includes('own')) return allowed(asked);
      own += 1;
      await api.request('PATCH', `${maps}/a`, { data: { own: String(own) } }, merge);
      return allowed(asked);
    };
    await mutating({ rules: [rule(['configmaps'], ['UPDATE'])] });
    const { status, body } = await api.request('PATCH', `${maps}/a`, { data: { key: '2' } }, merge);
    expect([status, body]).toMatchObject([200, { data: { key: '2', own: '1' } }]);
    expect(own).toBe(1);
  });

  it('gets defaults filled in behind it, and fields dropped that the kind does not have', async () => {
    const container = { name: 'added', image: 'busybox:1', nonsense: true };
    answers['/mutate'] = patch(add('/spec/initContainers', [container]));
    await mutating({ rules: [rule(['pods'])] });
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const { spec } = await api.create(inDefault('pods'), pod('web'));
    const [added] = (spec?.initContainers ?? []) as Record<string, unknown>[];
    expect(added).toMatchObject({ name: 'added', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent' });
    expect(added).not.toHaveProperty('nonsense');
    expect(added?.volumeMounts).toMatchObject([{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }]);
  });

  it('is judged like anybody: what it makes must be valid', async () => {
    answers['/mutate'] = patch({ op: 'replace', path: '/metadata/name', value: 'Not A Name' });
    await mutating();
    expect((await api.refused('POST', maps, configMap('a'))).code).toBe(422);
  });

  it('cannot change the name of what is updated', async () => {
    answers['/mutate'] = patch(add('/metadata/name', 'b'));
    await mutating({ rules: [rule(['configmaps'], ['UPDATE'])] });
    await api.create(maps, configMap('a'));
    expect(await api.refused('PUT', `${maps}/a`, configMap('a', { key: '1' }))).toMatchObject({
      code: 422,
      message: 'ConfigMap "b" is invalid: metadata.name: Invalid value: "b": field is immutable',
    });
  });

  it.each([
    ['the identity', 'uid', 'b', 422, 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "b": field is immutable'],
    [
      'the revision',
      'resourceVersion',
      '1',
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'the end',
      'deletionTimestamp',
      '2026-01-01T00:00:00Z',
      422,
      'ConfigMap "a" is invalid: metadata.deletionTimestamp: Invalid value: "2026-01-01T00:00:00Z": field is immutable',
    ],
  ])('cannot change %s of what is updated', async (_name, field, value, code, message) => {
    answers['/mutate'] = patch(add(`/metadata/${field}`, value));
    await mutating({ rules: [rule(['configmaps'], ['UPDATE'])] });
    await api.create(maps, configMap('a'));
    expect(await api.refused('PUT', `${maps}/a`, configMap('a', { key: '1' }))).toMatchObject({ code, message });
  });

  it('may take the identity away, or say another age: both are put right', async () => {
    answers['/mutate'] = patch(
      { op: 'remove', path: '/metadata/uid' },
      add('/metadata/creationTimestamp', '2001-01-01T00:00:00Z'),
    );
    await mutating({ rules: [rule(['configmaps'], ['UPDATE'])] });
    const { metadata } = await api.create(maps, configMap('a'));
    const changed = { ...configMap('a', { key: '1' }), metadata };
    const { status, body } = await api.request('PUT', `${maps}/a`, changed);
    expect([status, body]).toMatchObject([
      200,
      { metadata: { uid: metadata.uid, creationTimestamp: metadata.creationTimestamp }, data: { key: '1' } },
    ]);
  });

  it('cannot move anything to another namespace', async () => {
    answers['/mutate'] = patch(add('/metadata/namespace', 'kube-system'));
    await api.create(maps, configMap('b'));
    await mutating();
    const elsewhere = {
      code: 400,
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    };
    expect(await api.refused('POST', maps, configMap('a'))).toMatchObject(elsewhere);
    expect(await api.refused('PUT', `${maps}/b`, configMap('b', { key: '1' }))).toMatchObject(elsewhere);
    expect((await api.request('GET', '/api/v1/namespaces/kube-system/configmaps/a')).status).toBe(404);
  });

  it('may look at a deletion, but not change anything', async () => {
    answers['/mutate'] = patch(add('/data', {}));
    await mutating({ rules: [rule(['configmaps'], ['DELETE'])] });
    await api.create(maps, configMap('a'));
    expect((await api.refused('DELETE', `${maps}/a`)).message).toBe(
      'Internal error occurred: admission webhook "check.example.com" attempted to modify the object, which is not supported for this operation',
    );
  });

  it('may be asked in another version, and patches the object in that one', async () => {
    answers['/mutate'] = patch({ op: 'replace', path: '/note', value: 'changed' });
    await mutating({ rules: [rule(['events'], ['CREATE'], { apiGroups: ['events.k8s.io'] })] });
    const involvedObject = { kind: 'Pod', name: 'web', namespace: 'default' };
    const event = { metadata: { name: 'e' }, involvedObject, reason: 'Started', message: 'Started', type: 'Normal' };
    expect(await api.create(inDefault('events'), event)).toMatchObject({ apiVersion: 'v1', message: 'changed' });
  });

  it('refuses a write', async () => {
    answers['/mutate'] = (asked) => verdict(asked, { allowed: false, status: { message: 'no', code: 403 } });
    await mutating();
    expect(await api.refused('POST', maps, configMap('a'))).toMatchObject({
      code: 403,
      message: 'admission webhook "check.example.com" denied the request: no',
    });
  });

  it('of another that comes before it sees the outcome', async () => {
    answers['/1'] = patch(add('/data/first', 'yes'));
    answers['/2'] = (asked) =>
      patching(asked, 'first' in Object(asked.review.request.object?.data) ? [add('/data/second', 'yes')] : []);
    await register(api, 'mutating', 'a', [webhook(server, '/1', { name: 'one.example.com' })]);
    await register(api, 'mutating', 'b', [webhook(server, '/2', { name: 'two.example.com' })]);
    expect((await api.create(maps, configMap('x', { start: 'yes' }))).data).toEqual({
      start: 'yes',
      first: 'yes',
      second: 'yes',
    });
    expect(paths()).toEqual(['/1', '/2']);
  });

  it('makes nobody the owner of what it changes but who has written', async () => {
    answers['/mutate'] = patch(add('/data/more', 'yes'));
    await mutating();
    const { metadata } = (await api.request('POST', `${maps}?fieldManager=me`, configMap('a', { key: '1' }))).body as {
      metadata: { managedFields: { manager: string; fieldsV1: object }[] };
    };
    expect(metadata.managedFields).toMatchObject([{ manager: 'me', fieldsV1: { 'f:data': { 'f:key': {} } } }]);
    expect(metadata.managedFields[0]?.fieldsV1).not.toHaveProperty('f:data.f:more');
  });
});

describe('a mutating webhook is asked again', () => {
  const ifNeeded = { reinvocationPolicy: 'IfNeeded' };

  it('where another that comes later has changed the object, if it wants that', async () => {
    answers['/1'] = allowed;
    answers['/2'] = patch(add('/data/second', 'yes'));
    await register(api, 'mutating', 'a', [
      webhook(server, '/1', { name: 'one.example.com', ...ifNeeded }),
      webhook(server, '/2', { name: 'two.example.com' }),
    ]);
    await api.create(maps, configMap('x', { start: 'yes' }));
    expect(paths()).toEqual(['/1', '/2', '/1']);
    expect(server.asked[2]?.review.request.object?.data).toEqual({ start: 'yes', second: 'yes' });
  });

  it('only once', async () => {
    let count = 0;
    const next: AnswerReview = (asked) => {
      count += 1;
      return patching(asked, [add('/data/count', String(count))]);
    };
    answers['/1'] = next;
    answers['/2'] = next;
    await register(api, 'mutating', 'a', [
      webhook(server, '/1', { name: 'one.example.com', ...ifNeeded }),
      webhook(server, '/2', { name: 'two.example.com', ...ifNeeded }),
    ]);
    await api.create(maps, configMap('x', { start: 'yes' }));
    expect(paths()).toEqual(['/1', '/2', '/1', '/2']);
  });

  it.each([
    ['nothing has changed', allowed, ifNeeded],
    ['it does not want that', patch(add('/data/second', 'yes')), { reinvocationPolicy: 'Never' }],
  ])('not where %s', async (_why, second, policy) => {
    answers['/1'] = allowed;
    answers['/2'] = second;
    await register(api, 'mutating', 'a', [
      webhook(server, '/1', { name: 'one.example.com', ...policy }),
      webhook(server, '/2', { name: 'two.example.com' }),
    ]);
    await api.create(maps, configMap('x', { start: 'yes' }));
    expect(paths()).toEqual(['/1', '/2']);
  });
});

describe('an answer with a patch that is none', () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  it.each([
    [
      'without its type',
      { patch: encoded('[]') },
      `${failed}received invalid webhook response: webhook returned response.patch but not response.patchType`,
    ],
    [
      'with a type alone',
      { patchType: 'JSONPatch' },
      `${failed}received invalid webhook response: webhook returned response.patchType but not response.patch`,
    ],
    ['of another type', { patch: encoded('[{}]'), patchType: 'Merge' }, `${failed}unsupported patch type "Merge"`],
    [
      'that is an object',
      { patch: encoded('{}'), patchType: 'JSONPatch' },
      `${failed}received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch`,
    ],
    [
      'that does not apply',
      { patch: encoded('[{"op":"remove","path":"/nowhere"}]'), patchType: 'JSONPatch' },
      `Internal error occurred: error in remove for path: '/nowhere': Unable to remove nonexistent key: nowhere: missing value`,
    ],
    [
      'that leaves no object',
      { patch: encoded('[{"op":"replace","path":"","value":[]}]'), patchType: 'JSONPatch' },
      'Internal error occurred: the patch leaves no ConfigMap in version v1',
    ],
    [
      'that makes a field another type',
      { patch: encoded('[{"op":"replace","path":"/data","value":[]}]'), patchType: 'JSONPatch' },
      expect.stringMatching(/^Internal error occurred: .*cannot unmarshal array into Go struct field ConfigMap\.data/),
    ],
  ])('fails the write: %s', async (_what, response, message) => {
    answers['/mutate'] = (asked) => verdict(asked, { allowed: true, ...response });
    await mutating();
    expect(await api.refused('POST', maps, configMap('a', { key: '1' }))).toMatchObject({ code: 500, message });
  });

  it('is bounded as a client’s is', async () => {
    const operations = Array.from({ length: 10_001 }, () => add('/data/a', ''));
    answers['/mutate'] = patch(...operations);
    await mutating();
    expect((await api.refused('POST', maps, configMap('a', { key: '1' }))).code).toBe(500);
  });

  it('is passed over where its failure policy is to ignore it', async () => {
    answers['/mutate'] = (asked) => verdict(asked, { allowed: true, patchType: 'JSONPatch', patch: encoded('{}') });
    await mutating({ failurePolicy: 'Ignore' });
    expect((await api.create(maps, configMap('a', { key: '1' }))).data).toEqual({ key: '1' });
  });
});

describe('configurations', () => {
  const merge = { 'content-type': 'application/merge-patch+json' };

  it('are in force as soon as they are written, and for as long', async () => {
    answers['/mutate'] = patch(add('/data/more', 'yes'));
    await mutating({ rules: [rule(['configmaps'], ['UPDATE'])] });
    expect((await api.create(maps, configMap('a', { key: '1' }))).data).toEqual({ key: '1' });
    const json = { 'content-type': 'application/json-patch+json' };
    const created = { op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] };
    await api.request('PATCH', `${configurations.mutating}/changes`, [created], json);
    expect((await api.create(maps, configMap('b', { key: '1' }))).data).toEqual({ key: '1', more: 'yes' });
    await api.request('DELETE', configurations.mutating);
    expect((await api.create(maps, configMap('c', { key: '1' }))).data).toEqual({ key: '1' });
  });

  it('are listed by their labels', async () => {
    await mutating();
    await api.request('PATCH', `${configurations.mutating}/changes`, { metadata: { labels: { app: 'x' } } }, merge);
    const listed = await api.list(`${configurations.mutating}?labelSelector=app=x`);
    expect(listed.items.map(({ metadata }) => metadata.name)).toEqual(['changes']);
  });

  it('are in discovery', async () => {
    const group = await api.request('GET', '/apis/admissionregistration.k8s.io');
    expect(group.body).toMatchObject({ preferredVersion: { groupVersion: 'admissionregistration.k8s.io/v1' } });
    const { body } = await api.request('GET', '/apis/admissionregistration.k8s.io/v1');
    expect((body as { resources: { name: string }[] }).resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']),
    );
  });
});
