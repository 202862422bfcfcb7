/** Over TLS: what a client without any rights, or with those of a pod, may send, and how it is answered. */
import http2 from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { type RequestOptions, sendRequest } from './request.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const request = (path: string, options?: RequestOptions) => sendRequest(api, path, options);

const maps = '/api/v1/namespaces/default/configmaps';
const asJson = { 'content-type': 'application/json' };

describe('before it is known who somebody is', () => {
  it.each(['/api/v1/namespaces/x/__proto__', '/api/v1/constructor/x', '/api/v1/toString/x/exec'])(
    '%s is a path like any other',
    async (path) => {
      expect((await request(path)).status).toBe(403);
      expect((await request(path, { headers: { authorization: 'Bearer none' } })).status).toBe(401);
      expect((await request(path, { credential: api.admin })).status).toBe(404);
    },
  );
});

describe('a warning of a name that no header can carry as it is', () => {
  const body = (name: string) => JSON.stringify({ metadata: { name }, 'zeile\n日本\u0000': 1 });
  const text = '299 - "unknown field \\"zeile\\\\n日本\\\\x00\\""';
  const utf8 = (header: unknown) => Buffer.from(String(header), 'latin1').toString('utf8');

  it('comes in escapes and UTF-8 over HTTP/1.1', async () => {
    const made = await request(maps, {
      credential: api.admin,
      method: 'POST',
      body: body('warned'),
      headers: asJson,
    });
    expect([made.status, utf8(made.headers.warning)]).toEqual([201, text]);
  });

  it('comes in escapes and UTF-8 over HTTP/2', async () => {
    const session = http2.connect(api.url, { ca: api.ca, cert: api.admin.certificate, key: api.admin.key });
    const headers = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
      const stream = session.request({ ':path': maps, ':method': 'POST', ...asJson });
      stream.on('response', resolve).on('error', reject).resume().end(body('warned-too'));
    });
    expect([headers[':status'], utf8(headers.warning)]).toEqual([201, text]);
    session.destroy();
  });
});

describe('a body that is nested too deep', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  it.each([
    [100_000, 'POST', maps, 'application/json'],
    // As deep as the size of a question allows.
    [40_000, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'application/json'],
    [100_000, 'PATCH', `${maps}/kube-root-ca.crt`, 'application/merge-patch+json'],
    [100_000, 'PATCH', `${maps}/kube-root-ca.crt`, 'application/strategic-merge-patch+json'],
    [100_000, 'PATCH', `${maps}/kube-root-ca.crt`, 'application/json-patch+json'],
  ])('is refused with 400: %d levels, %s %s as %s', async (levels, method, path, type) => {
    const refused = await request(path, {
      credential: api.admin,
      method,
      body: nested(levels),
      headers: { 'content-type': type },
    });
    expect([refused.status, JSON.parse(refused.body.toString()).reason]).toEqual([400, 'BadRequest']);
  });
});

describe('integers of 64 bits', () => {
  const post = (path: string, body: string, type = 'application/json') =>
    request(path, { credential: api.admin, method: 'POST', body, headers: { 'content-type': type } });
  const pod = (name: string, seconds: string) =>
    `{"metadata":{"name":"${name}"},"spec":{"terminationGracePeriodSeconds":${seconds},"automountServiceAccountToken":false,"containers":[{"name":"a","image":"a"}]}}`;
  const pods = '/api/v1/namespaces/default/pods';

  it('go in and come out exactly: the object, a list, a watch, YAML and a patch', async () => {
    await api.transport.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/serviceaccounts',
      body: { metadata: { name: 'default' } },
    });
    const exact = '"terminationGracePeriodSeconds":9007199254740993';
    const made = await post(pods, pod('exact', '9007199254740993'));
    expect([made.status, made.body.toString().includes(exact)]).toEqual([201, true]);
    const patched = await request(`${pods}/exact`, {
      credential: api.admin,
      method: 'PATCH',
      body: '{"metadata":{"labels":{"a":"b"}}}',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const got = await request(`${pods}/exact?pretty=true`, { credential: api.admin });
    const listed = await request(pods, { credential: api.admin });
    const watched = await request(`${pods}?watch=true&timeoutSeconds=1`, { credential: api.admin });
    const yaml = await request(`${pods}/exact`, { credential: api.admin, headers: { accept: 'application/yaml' } });
    for (const { body } of [patched, listed, watched]) expect(body.toString()).toContain(exact);
    expect(got.body.toString()).toContain('"terminationGracePeriodSeconds": 9007199254740993');
    expect(yaml.body.toString()).toContain('terminationGracePeriodSeconds: 9007199254740993\n');
    const again = await request(`${pods}/exact`, {
      credential: api.admin,
      method: 'PUT',
      body: yaml.body,
      headers: { 'content-type': 'application/yaml' },
    });
    expect([again.status, again.body.toString().includes(exact)]).toEqual([200, true]);
  });

  it('out of their range are refused in the words of the decoder', async () => {
    const refused = await post(pods, pod('beyond', '9223372036854775808'));
    expect([refused.status, JSON.parse(refused.body.toString()).message]).toEqual([
      400,
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number 9223372036854775808 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ]);
  });
});

describe('fields that stand more than once', () => {
  const body = (name: string) =>
    `{"metadata":{"name":"${name}","labels":{"a":"1","a":"2"}},"data":{"k":"1"},"data":{"k":"2"}}`;
  const post = (query: string, text: string, type = 'application/json') =>
    request(`${maps}?${query}`, {
      credential: api.admin,
      method: 'POST',
      body: text,
      headers: { 'content-type': type },
    });

  it('are refused with Strict, warned of with Warn and by default, and the last counts', async () => {
    const strict = await post('fieldValidation=Strict', body('twice'));
    expect([strict.status, JSON.parse(strict.body.toString()).message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.labels.a", duplicate field "data"',
    ]);
    const warned = await post('', body('twice'));
    expect([warned.status, warned.headers.warning]).toEqual([
      201,
      '299 - "duplicate field \\"metadata.labels.a\\"", 299 - "duplicate field \\"data\\""',
    ]);
    expect(JSON.parse(warned.body.toString())).toMatchObject({ metadata: { labels: { a: '2' } }, data: { k: '2' } });
    const ignored = await post('fieldValidation=Ignore', body('twice-more'));
    expect([ignored.status, ignored.headers.warning]).toEqual([201, undefined]);
  });

  it('of a YAML body are told by their lines', async () => {
    const yaml = 'metadata:\n  name: yaml-twice\ndata:\n  k: "1"\n  k: "2"\n';
    const strict = await post('fieldValidation=Strict', yaml, 'application/yaml');
    expect([strict.status, JSON.parse(strict.body.toString()).message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 5: key "k" already set in map',
    ]);
    const warned = await post('', yaml, 'application/yaml');
    expect([warned.status, warned.headers.warning]).toEqual([201, '299 - "line 5: key \\"k\\" already set in map"']);
  });

  it('of a patch are told as well', async () => {
    const patched = await request(`${maps}/kube-root-ca.crt`, {
      credential: api.admin,
      method: 'PATCH',
      body: '{"metadata":{"labels":{"a":"1","a":"2"}}}',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.headers.warning ?? patched.status).toBe(404);
    await post('', '{"metadata":{"name":"patched"}}');
    const warned = await request(`${maps}/patched`, {
      credential: api.admin,
      method: 'PATCH',
      body: '{"metadata":{"labels":{"a":"1","a":"2"}}}',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect([warned.status, warned.headers.warning]).toEqual([200, '299 - "duplicate field \\"metadata.labels.a\\""']);
  });
});
