import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnswerReview,
  allowed,
  byPath,
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
const deny =
  (status?: object): AnswerReview =>
  (asked) =>
    verdict(asked, { allowed: false, ...(status ? { status } : {}) });
const text =
  (status: number, body: string, type = 'text/plain'): AnswerReview =>
  (_asked, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type });
    response.end(body);
    return undefined;
  };
const requests = () => server.asked.map(({ review }) => review.request);
const validating = (rest: object = {}, path = '/check') =>
  register(api, 'validating', 'checks', [webhook(server, path, rest)]);

describe('a validating webhook', () => {
  it('is asked about a creation in full', async () => {
    answers['/check'] = allowed;
    await validating();
    await api.create(maps, configMap('a', { key: 'value' }));
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatchObject({
      path: '/check?timeout=10s',
      headers: { 'content-type': 'application/json', host: `127.0.0.1:${server.port}` },
      review: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
    });
    expect(requests()[0]).toEqual({
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'a',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters'] },
      object: expect.objectContaining({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: expect.objectContaining({ name: 'a', uid: expect.any(String) }),
        data: { key: 'value' },
      }),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    });
  });

  it('sees what an update replaces, and what a deletion takes away', async () => {
    answers['/check'] = allowed;
    await validating({ rules: [rule(['configmaps'], ['UPDATE', 'DELETE'])] });
    await api.create(maps, configMap('a', { key: '1' }));
    await api.request('PUT', `${maps}/a?fieldManager=me`, configMap('a', { key: '2' }));
    await api.request('DELETE', `${maps}/a`, { propagationPolicy: 'Background' });
    expect(requests()).toMatchObject([
      {
        operation: 'UPDATE',
        object: { data: { key: '2' } },
        oldObject: { data: { key: '1' } },
        options: { kind: 'UpdateOptions', fieldManager: 'me' },
      },
      {
        operation: 'DELETE',
        object: null,
        oldObject: { data: { key: '2' } },
        options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', propagationPolicy: 'Background' },
      },
    ]);
  });

  const denied = 'admission webhook "check.example.com" denied the request';
  it.each([
    ['with a message', { message: 'no', code: 403, reason: 'Forbidden' }, 403, 'Forbidden', `${denied}: no`],
    ['with a reason alone', { reason: 'Conflict', code: 409 }, 409, 'Conflict', `${denied}: Conflict`],
    ['without a status', undefined, 400, undefined, `${denied} without explanation`],
    ['with the code of a success', { code: 200, message: 'no' }, 400, undefined, `${denied}: no`],
  ])('refuses a write %s', async (_how, status, code, reason, message) => {
    answers['/check'] = deny(status);
    await validating();
    const refused = await api.refused('POST', maps, configMap('a'));
    expect([refused.code, refused.reason, refused.message]).toEqual([code, reason, message]);
    expect((await api.request('GET', `${maps}/a`)).status).toBe(404);
  });

  it('hands its details and causes on', async () => {
    const details = { causes: [{ field: 'data', message: 'bad' }] };
    answers['/check'] = deny({ message: 'no', code: 422, reason: 'Invalid', details });
    await validating();
    expect(await api.refused('POST', maps, configMap('a'))).toMatchObject({ code: 422, details });
  });

  it('warns whoever writes', async () => {
    answers['/check'] = (asked) => verdict(asked, { allowed: true, warnings: ['mind the gap'] });
    await validating();
    const { headers } = await api.request('POST', maps, configMap('a'));
    expect(headers.warning).toBe('299 - "mind the gap"');
  });

  it('in v1beta1 is asked in v1beta1, and its answer need not say so', async () => {
    answers['/check'] = () => ({ response: { allowed: true } });
    await validating({ admissionReviewVersions: ['v2', 'v1beta1', 'v1'] });
    await api.create(maps, configMap('a'));
    expect(server.asked[0]?.review.apiVersion).toBe('admission.k8s.io/v1beta1');
  });

  it('is told that a write is only tried', async () => {
    answers['/check'] = allowed;
    await validating();
    expect((await api.request('POST', `${maps}?dryRun=All`, configMap('a'))).status).toBe(201);
    expect(requests()[0]).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
  });

  it('with side effects refuses a dry run unasked, even where it may be ignored', async () => {
    // No such configuration can be made any more, but older clusters have them.
    const stored = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'old', uid: 'u', creationTimestamp: '2020-01-01T00:00:00Z' },
      webhooks: [webhook(server, '/check', { sideEffects: 'Unknown', failurePolicy: 'Ignore' })],
    };
    const key = '/registry/validatingwebhookconfigurations.admissionregistration.k8s.io/old';
    await api.store.create(key, Buffer.from(JSON.stringify(stored)));
    await api.create('/api/v1/namespaces', { metadata: { name: 'later' } });
    expect(await api.refused('POST', `${maps}?dryRun=All`, configMap('a'))).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'admission webhook "check.example.com" does not support dry run',
    });
    expect(server.asked).toEqual([]);
  });

  it('is not asked about configurations of webhooks', async () => {
    answers['/check'] = deny({ message: 'no' });
    const everything = rule(['*'], ['*'], { apiGroups: ['*'], apiVersions: ['*'] });
    await validating({ rules: [everything] });
    await register(api, 'validating', 'others', [webhook(server, '/check')]);
    expect((await api.request('DELETE', `${configurations.validating}/others`)).status).toBe(200);
    expect((await api.request('DELETE', `${configurations.validating}/checks`)).status).toBe(200);
    expect(server.asked).toEqual([]);
  });

  it('is told of an attachment to a pod, and may refuse it', async () => {
    answers['/check'] = deny({ message: 'no terminals' });
    await validating({ rules: [rule(['pods/attach'], ['CONNECT'])] });
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create(inDefault('pods'), pod('web'));
    const path = `${inDefault('pods')}/web/attach?container=main&stdin=true`;
    expect(await api.refused('POST', path)).toMatchObject({ message: `${denied}: no terminals` });
    expect(requests()[0]).toMatchObject({
      operation: 'CONNECT',
      kind: { group: '', version: 'v1', kind: 'PodAttachOptions' },
      resource: { resource: 'pods' },
      subResource: 'attach',
      name: 'web',
      namespace: 'default',
      object: { kind: 'PodAttachOptions', container: 'main', stdin: true },
      oldObject: null,
      options: null,
    });
  });

  it('is told of a scale as a Scale', async () => {
    answers['/check'] = allowed;
    const scale = rule(['deployments/scale'], ['UPDATE'], { apiGroups: ['apps'] });
    await validating({ rules: [scale] });
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    await api.create(deployments, {
      metadata: { name: 'a' },
      spec: { selector: { matchLabels: { app: 'a' } }, template },
    });
    const merge = { 'content-type': 'application/merge-patch+json' };
    await api.request('PATCH', `${deployments}/a/scale`, { spec: { replicas: 3 } }, merge);
    expect(requests()).toMatchObject([
      {
        kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
        object: { spec: { replicas: 3 } },
        subResource: 'scale',
      },
    ]);
  });

  it('sees a namespace as being in itself', async () => {
    answers['/check'] = allowed;
    await validating({ rules: [rule(['namespaces'], ['*'], { scope: 'Cluster' })] });
    await api.create('/api/v1/namespaces', { metadata: { name: 'team' } });
    expect(requests()[0]).toMatchObject({ name: 'team', namespace: 'team', operation: 'CREATE' });
  });

  it('chooses namespaces and objects by their labels', async () => {
    answers['/check'] = deny({ message: 'no' });
    const out = { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] };
    await validating({ namespaceSelector: out, objectSelector: { matchLabels: { checked: 'yes' } } });
    await api.create('/api/v1/namespaces', { metadata: { name: 'free', labels: { skip: 'yes' } } });
    const labels = { checked: 'yes' };
    expect((await api.request('POST', '/api/v1/namespaces/free/configmaps', configMap('a', {}, labels))).status).toBe(
      201,
    );
    expect((await api.request('POST', maps, configMap('a'))).status).toBe(201);
    expect((await api.request('POST', maps, configMap('b', {}, labels))).status).toBe(400);
  });

  const event = {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
    reason: 'Started',
    message: 'Started it',
    type: 'Normal',
  };
  const newEvents = rule(['events'], ['CREATE'], { apiGroups: ['events.k8s.io'] });

  it('about another version sees the object in that one', async () => {
    answers['/check'] = allowed;
    await validating({ rules: [newEvents] });
    await api.create(inDefault('events'), event);
    expect(requests()).toMatchObject([
      {
        kind: { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
        resource: { group: 'events.k8s.io', version: 'v1', resource: 'events' },
        requestKind: { group: '', version: 'v1', kind: 'Event' },
        requestResource: { group: '', version: 'v1', resource: 'events' },
        object: { apiVersion: 'events.k8s.io/v1', note: 'Started it', regarding: { name: 'web' } },
      },
    ]);
  });

  it('about another version is not asked where it wants exact matches', async () => {
    await validating({ rules: [newEvents], matchPolicy: 'Exact' });
    await api.create(inDefault('events'), event);
    expect(server.asked).toEqual([]);
  });
});

describe('several validating webhooks', () => {
  it('are asked all, and the first in the order of their configurations is heard', async () => {
    answers['/a'] = deny({ message: 'a' });
    answers['/b'] = deny({ message: 'b' });
    await register(api, 'validating', 'second', [webhook(server, '/b')]);
    await register(api, 'validating', 'first', [webhook(server, '/a')]);
    expect((await api.refused('POST', maps, configMap('x'))).message).toMatch(/denied the request: a$/);
    expect(server.asked.map(({ path }) => path[1]).sort()).toEqual(['a', 'b']);
  });

  it('share a connection over time', async () => {
    answers['/check'] = allowed;
    await validating();
    for (const name of ['a', 'b', 'c']) await api.create(maps, configMap(name));
    expect(server.connections).toBe(1);
  });

  it('are asked once more where the kept connection has been closed', async () => {
    answers['/check'] = allowed;
    await validating();
    await api.create(maps, configMap('a'));
    server.disconnect();
    await api.create(maps, configMap('b'));
    expect(server.asked).toHaveLength(2);
  });
});

describe('a webhook that gives no answer', () => {
  const failed = 'Internal error occurred: failed calling webhook "check.example.com": ';
  const failure = async (): Promise<string> => {
    const { code, reason, message } = await api.refused('POST', maps, configMap('a'));
    expect([code, reason]).toEqual([500, 'InternalError']);
    return String(message).replace(failed, '').replaceAll(`127.0.0.1:${server.port}`, 'HOST');
  };
  const invalidAnswer = 'received invalid webhook response: ';

  it.each<[string, AnswerReview, string]>([
    [
      'an error of its own',
      text(500, 'oops\n'),
      'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    ],
    ['nothing at its path', text(404, ''), 'failed to call webhook: the server could not find the requested resource'],
    [
      'a redirect, which is not followed',
      text(302, ''),
      'failed to call webhook: the server responded with the status code 302 but did not return more information',
    ],
    [
      'another protocol, for which nobody asked',
      (_review, response) =>
        void response.socket?.write(
          'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n',
        ),
      'failed to call webhook: the server responded with the status code 101 but did not return more information',
    ],
    [
      'no JSON',
      text(200, 'hi', 'application/json'),
      `failed to call webhook: couldn't get version/kind; json parse error: Unexpected token 'h', "hi" is not valid JSON`,
    ],
    [
      'nothing',
      text(200, ''),
      'failed to call webhook: 0-length response with status code: 200 and content type: text/plain',
    ],
    [
      'too many levels',
      text(200, '['.repeat(2000), 'application/json'),
      `failed to call webhook: couldn't get version/kind; json parse error: invalid character '{' exceeded max depth`,
    ],
    [
      'another review',
      (asked) => ({ ...verdict(asked, {}), response: { uid: 'x', allowed: true } }),
      `${invalidAnswer}expected response.uid="UID", got "x"`,
    ],
    [
      'another version',
      (asked) => ({ ...allowed(asked), apiVersion: 'admission.k8s.io/v2' }),
      `${invalidAnswer}expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v2, Kind=AdmissionReview`,
    ],
    [
      'no response',
      () => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }),
      `${invalidAnswer}webhook response was absent`,
    ],
    [
      'a patch',
      (asked) => verdict(asked, { allowed: true, patch: 'W10=', patchType: 'JSONPatch' }),
      `${invalidAnswer}validating webhook may not return response.patch`,
    ],
    [
      'a word for a flag',
      (asked) => verdict(asked, { allowed: 'yes' }),
      'json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool',
    ],
  ])('fails the write: %s', async (_what, answer, message) => {
    answers['/check'] = answer;
    await validating();
    expect((await failure()).replace(/uid="[0-9a-f-]{36}"/, 'uid="UID"')).toBe(message);
  });

  it('fails the write: more bytes than anybody reads', async () => {
    answers['/check'] = (_asked, response) => {
      response.on('error', () => {});
      response.end(Buffer.alloc(9 << 20, ' '));
      return undefined;
    };
    await validating();
    expect(await failure()).toBe(
      'failed to call webhook: Post "https://HOST/check?timeout=10s": the answer is too large: limit is 8388608 bytes',
    );
  });

  it('fails the write after its time', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    answers['/check'] = () => {
      resolve();
      return undefined;
    };
    await validating({ timeoutSeconds: 3 });
    const refused = failure();
    await asked;
    await api.clock.advance(3000);
    expect(await refused).toBe(
      'failed to call webhook: Post "https://HOST/check?timeout=3s": context deadline exceeded',
    );
  });

  it('fails the write: nobody listens', async () => {
    await validating();
    await server.close();
    server = await startWebhookServer(() => undefined);
    const refused = await api.refused('POST', maps, configMap('a'));
    expect(refused.message).toMatch(
      /Post "https:\/\/127\.0\.0\.1:(\d+)\/check\?timeout=10s": dial tcp 127\.0\.0\.1:\1: connect: connection refused$/,
    );
  });

  it.each([
    [
      'of another authority',
      async () => (await startWebhookServer(() => undefined)).caBundle,
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    [
      'of nobody',
      async () => undefined,
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
  ])('fails the write: a bundle %s', async (_whose, bundle, message) => {
    const caBundle = await bundle();
    await validating({ clientConfig: { url: server.url('/check'), ...(caBundle ? { caBundle } : {}) } });
    expect(await failure()).toBe(`failed to call webhook: Post "https://HOST/check?timeout=10s": ${message}`);
    expect(server.asked).toEqual([]);
  });

  it('is passed over where its failure policy is to ignore it', async () => {
    answers['/check'] = text(500, 'oops');
    await validating({ failurePolicy: 'Ignore' });
    expect((await api.request('POST', maps, configMap('a'))).status).toBe(201);
    expect(server.asked).toHaveLength(1);
  });
});
