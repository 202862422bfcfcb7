/** What only shows over TLS: who somebody is, HTTP versions, compression, streams; and a stock client library. */
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createAuthority } from '../../main/cluster/pki.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { type Answer, type RequestOptions, sendRequest } from './request.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const request = (path: string, options?: RequestOptions) => sendRequest(api, path, options);
const json = ({ body }: Answer) => JSON.parse(body.toString('utf8'));
const admin = () => ({ credential: api.admin });
const maps = '/api/v1/namespaces/default/configmaps';
const whoAmI = async (options: RequestOptions) => {
  const answer = await request('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    body: '{}',
    ...options,
    headers: { 'content-type': 'application/json', ...options.headers },
  });
  return answer.status === 201 ? json(answer).status.userInfo : answer.status;
};

describe('who somebody is', () => {
  it('is anonymous without credentials, and may see health and version only', async () => {
    const refused = await request('/api/v1/namespaces');
    expect(refused.status).toBe(403);
    expect(json(refused)).toMatchObject({
      kind: 'Status',
      reason: 'Forbidden',
      message:
        'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
    });
    expect(json(await request('/')).message).toBe('forbidden: User "system:anonymous" cannot get path "/"');
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) expect((await request(path)).status).toBe(200);
    expect((await request('/readyz?verbose')).body.toString()).toMatch(/^\[\+\]ping ok\n.*readyz check passed\n$/s);
    const unread = await request('/api/v1/namespaces', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect([unread.status, json(unread).message]).toEqual([
      403,
      'namespaces is forbidden: User "system:anonymous" cannot create resource "namespaces" in API group "" at the cluster scope',
    ]);
    expect((await request('/metrics')).status).toBe(403);
    expect((await request('/readyz/etcd')).status).toBe(403);
  });

  it('comes from the subject of a client certificate', async () => {
    const organizations = ['system:nodes'];
    const credential = await api.authority.issue({
      commonName: 'system:node:worker',
      organizations,
      usages: ['client'],
    });
    expect(await whoAmI({ credential })).toMatchObject({
      username: 'system:node:worker',
      groups: ['system:nodes', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)],
      },
    });
  });

  it('is nobody with a certificate of another authority', async () => {
    const other = await createAuthority();
    const credential = await other.issue({ commonName: 'x', organizations: ['system:masters'], usages: ['client'] });
    expect(await whoAmI({ credential })).toBe(401);
  });

  it.each([
    ['a user', { 'impersonate-user': 'bob' }, 'bob', ['system:authenticated']],
    [
      'groups',
      { 'impersonate-user': 'bob', 'impersonate-group': ['dev', 'ops'] },
      'bob',
      ['dev', 'ops', 'system:authenticated'],
    ],
    [
      'a service account',
      { 'impersonate-user': 'system:serviceaccount:default:robot' },
      'system:serviceaccount:default:robot',
      ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    ],
  ])('is whom an administrator names: %s', async (_what, headers, username, groups) => {
    expect(await whoAmI({ ...admin(), headers })).toEqual({ username, groups });
  });

  it('is not whom somebody else names', async () => {
    const credential = await api.authority.issue({ commonName: 'ann', organizations: ['dev'], usages: ['client'] });
    const refused = await request('/api/v1/namespaces', { credential, headers: { 'impersonate-user': 'bob' } });
    expect([refused.status, json(refused).message]).toEqual([
      403,
      'users "bob" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope',
    ]);
  });

  it('comes from a service-account token, and not from one that is not ours', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await api.transport.request({ method: 'POST', path: accounts, body: { metadata: { name: 'robot' } } });
    const { body } = await api.transport.request({ method: 'POST', path: `${accounts}/robot/token`, body: {} });
    const { token } = (body as { status: { token: string } }).status;
    expect(await whoAmI({ headers: { authorization: `Bearer ${token}` } })).toMatchObject({
      username: 'system:serviceaccount:default:robot',
    });
    expect(await whoAmI({ headers: { authorization: `Bearer ${token}x` } })).toBe(401);
  });
});

describe('bodies', () => {
  it('may be YAML', async () => {
    const made = await request(maps, {
      ...admin(),
      method: 'POST',
      body: 'metadata: {name: yaml}\ndata: {key: value}\n',
      headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
    });
    expect(made.headers['content-type']).toBe('application/yaml');
    expect(made.body.toString()).toContain('key: value\n');
  });

  it.each([
    ['not JSON', 'application/json', '{', 400],
    ['of an unknown type', 'text/plain', '{}', 415],
    ['larger than 3 MiB', 'application/json', JSON.stringify({ data: { key: 'x'.repeat(4 << 20) } }), 413],
  ])('are refused where they are %s', async (_what, type, body, status) => {
    expect((await request(maps, { ...admin(), method: 'POST', body, headers: { 'content-type': type } })).status).toBe(
      status,
    );
  });

  it('quote in YAML what a parser of YAML 1.1 would not take for text', async () => {
    const body = JSON.stringify({ metadata: { name: 'quoted' }, data: { on: 'yes', at: '2026-01-01T00:00:00Z' } });
    const headers = { 'content-type': 'application/json', accept: 'application/yaml' };
    const made = await request(maps, { ...admin(), method: 'POST', body, headers });
    const lines = made.body.toString().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '  "on": "yes"',
        '  at: "2026-01-01T00:00:00Z"',
        expect.stringMatching(/^ {2}creationTimestamp: "\d/),
      ]),
    );
  });

  it('to a body in protobuf say first whether the resource is served', async () => {
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
    const post = (path: string) => request(path, { ...admin(), method: 'POST', headers, body: Buffer.from('k8s\0x') });
    const [unserved, served] = [await post('/apis/example.com/v1/widgets'), await post(maps)];
    expect([unserved.status, json(unserved).message, served.status]).toEqual([
      404,
      'the server could not find the requested resource',
      400,
    ]);
  });

  it('that say that a document is unchanged leave the headers alone that a client keeps with it', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const first = await request('/apis', { ...admin(), headers: { accept } });
    const headers = { accept, 'if-none-match': String(first.headers.etag) };
    const again = await request('/apis', { ...admin(), headers });
    expect([again.status, again.headers['content-type'], again.headers['content-length'], again.body.length]).toEqual([
      304,
      undefined,
      undefined,
      0,
    ]);
  });

  it('are compressed where they are large and that is welcome', async () => {
    for (let index = 0; index < 20; index += 1) {
      const body = { metadata: { name: `large-${index}` }, data: { key: 'x'.repeat(10_000) } };
      await api.transport.request({ method: 'POST', path: maps, body });
    }
    const plain = await request(maps, admin());
    const zipped = await request(maps, { ...admin(), headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.body.length).toBeLessThan(plain.body.length / 10);
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
  });

  it('are whole however long they are, and of one object with a length that is known before', async () => {
    for (let index = 0; index < 10; index += 1) {
      const body = { metadata: { name: `long-${index}` }, data: { key: `${index}`.repeat(90_000) } };
      await api.transport.request({ method: 'POST', path: maps, body });
    }
    const large = await request(`${maps}/long-0`, admin());
    expect(Number(large.headers['content-length'])).toBe(large.body.length);
    const listed = await request(maps, admin());
    expect(listed.headers['content-length']).toBeUndefined();
    expect(json(listed)).toEqual((await api.transport.request({ method: 'GET', path: maps })).body);
  });

  it.each(['identity', 'gzip'])('end with a client that leaves in the middle of one (%s)', async (encoding) => {
    const credentials = { ca: api.ca, cert: api.admin.certificate, key: api.admin.key };
    const headers = { 'accept-encoding': encoding };
    const overHttp1 = https.get(`${api.url}${maps}`, { ...credentials, headers, agent: false });
    await once(overHttp1, 'response');
    overHttp1.destroy();
    const session = http2.connect(api.url, { ...credentials, settings: { initialWindowSize: 1 } });
    const overHttp2 = session.request({ ':path': maps, ...headers });
    await once(overHttp2, 'response');
    session.destroy();
    expect((await request('/healthz')).status).toBe(200);
  });

  it('are indented where pretty is asked for, and absent from a HEAD', async () => {
    const pretty = await request('/api/v1/namespaces/default?pretty=true', admin());
    expect(pretty.body.toString()).toMatch(/^\{\n {2}"apiVersion": "v1",\n/);
    const head = await request('/api/v1/namespaces/default', { ...admin(), method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it('warn in headers that a client can parse', async () => {
    const body = JSON.stringify({ metadata: { name: 'warned' }, dat: {} });
    const headers = { 'content-type': 'application/json' };
    const { headers: answered } = await request(`${maps}?dryRun=All`, { ...admin(), method: 'POST', body, headers });
    expect(answered.warning).toBe('299 - "unknown field \\"dat\\""');
  });
});

it('answers an upgrade whose path cannot be decoded, whoever asks, and goes on', async () => {
  const answer = await request('/api/v1/namespaces/%ZZ/pods/x/exec', {
    headers: { connection: 'Upgrade', upgrade: 'websocket' },
  });
  expect(answer.status).toBe(400);
  expect((await request('/healthz')).status).toBe(200);
});

it('names the types of patches where it knows none of what came', async () => {
  const headers = { 'content-type': 'application/json' };
  const refused = await request(`${maps}/any`, { ...admin(), method: 'PATCH', body: '{}', headers });
  expect([refused.status, json(refused).message]).toEqual([
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
  ]);
});

describe('watching', () => {
  /** `event` resolves with the next line. */
  async function watching(path: string, headers: Record<string, string> = {}) {
    const credentials = { ca: api.ca, cert: api.admin.certificate, key: api.admin.key };
    const sent = https.get(`${api.url}${path}`, { ...credentials, headers, agent: false });
    const [response] = await once(sent, 'response');
    const lines = createInterface({ input: response })[Symbol.asyncIterator]();
    return { event: async () => String((await lines.next()).value), close: () => sent.destroy() };
  }
  const nameIn = (line: string): string => JSON.parse(line).object.metadata.name;

  it('works over HTTP/2, many at a time on one connection', async () => {
    const session = http2.connect(api.url, { ca: api.ca, cert: api.admin.certificate, key: api.admin.key });
    const first = (name: string) =>
      new Promise<string>((resolve, reject) => {
        const stream = session.request({ ':path': `${maps}?watch=true&fieldSelector=metadata.name%3D${name}` });
        stream.once('data', (chunk) => resolve(String(chunk)));
        stream.on('error', reject);
      });
    const names = Array.from({ length: 50 }, (_, index) => `h2-${index}`);
    const seen = names.map(first);
    for (const name of names) await api.transport.request({ method: 'POST', path: maps, body: { metadata: { name } } });
    const events = (await Promise.all(seen)).map((line) => JSON.parse(line));
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(
      names.map((name) => `ADDED ${name}`),
    );
    session.destroy();
  });

  it('delivers all that is there at the start, however much it is', async () => {
    const key = 'x'.repeat(900_000);
    const names = Array.from({ length: 30 }, (_, index) => `burst-${index}`);
    for (const name of names) {
      const body = { metadata: { name, labels: { burst: 'yes' } }, data: { key } };
      await api.transport.request({ method: 'POST', path: maps, body });
    }
    const { event, close } = await watching(`${maps}?watch=true&resourceVersion=0&labelSelector=burst%3Dyes`);
    const seen: string[] = [];
    for (const _ of names) seen.push(nameIn(await event()));
    expect(seen.sort()).toEqual(names.sort());
    const late = { metadata: { name: 'burst-late', labels: { burst: 'yes' } } };
    await api.transport.request({ method: 'POST', path: maps, body: late });
    expect(nameIn(await event())).toBe('burst-late');
    close();
    await api.transport.request({ method: 'DELETE', path: `${maps}?labelSelector=burst%3Dyes` });
  });

  it('works over a WebSocket, one message for each event, with a token for which a browser has no header', async () => {
    const tokens = '/api/v1/namespaces/kube-public/serviceaccounts/watcher/token';
    const accounts = '/api/v1/namespaces/kube-public/serviceaccounts';
    await api.transport.request({ method: 'POST', path: accounts, body: { metadata: { name: 'watcher' } } });
    const { body } = await api.transport.request({ method: 'POST', path: tokens, body: {} });
    const { token } = (body as { status: { token: string } }).status;
    const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
    const open = (path: string, protocols: string[], options: object) =>
      new WebSocket(`${api.url.replace('https', 'wss')}${path}`, protocols, { ca: api.ca, ...options });
    const names = `${maps}?watch=true&fieldSelector=metadata.name%3Dsocket`;
    const cert = { cert: api.admin.certificate, key: api.admin.key };
    const socket = open(names, ['base64.binary.k8s.io'], cert);
    const messages: string[] = [];
    socket.on('message', (data, binary) => messages.push(`${binary} ${data}`));
    await once(socket, 'open');
    await api.transport.request({ method: 'POST', path: maps, body: { metadata: { name: 'socket' } } });
    await api.transport.request({ method: 'DELETE', path: `${maps}/socket` });
    await expect.poll(() => messages.length).toBe(2);
    expect(socket.protocol).toBe('base64.binary.k8s.io');
    expect(messages.map((each) => each.slice(0, 30))).toEqual([
      'false {"type":"ADDED","object"',
      'false {"type":"DELETED","objec',
    ]);
    socket.close();
    await once(socket, 'close');
    const refused = open(names, ['base64.binary.k8s.io', bearer], {});
    const [error] = await once(refused, 'error');
    expect(String(error)).toContain('Unexpected server response: 403');
    const metrics = await request('/metrics', admin());
    expect(metrics.body.toString()).toContain(
      'apiserver_longrunning_requests{verb="WATCH",group="",resource="configmaps",component="apiserver"} 0\n',
    );
  });

  it.each([
    ['objects', ''],
    ['tables', ';as=Table;v=v1;g=meta.k8s.io'],
    ['metadata alone', ';as=PartialObjectMetadata;v=v1;g=meta.k8s.io'],
  ])('sends each event as one line, of %s', async (_what, form) => {
    const name = `line${form.length}`;
    await api.transport.request({ method: 'POST', path: maps, body: { metadata: { name }, data: { a: 'one\ntwo' } } });
    const path = `${maps}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3D${name}`;
    const { event, close } = await watching(path, { accept: `application/json${form}` });
    expect(JSON.parse(await event()).type).toBe('ADDED');
    await api.transport.request({ method: 'DELETE', path: `${maps}/${name}` });
    expect(JSON.parse(await event()).type).toBe('DELETED');
    close();
  });

  it('as tables, tells the columns with the first object alone', async () => {
    const create = (name: string) =>
      api.transport.request({ method: 'POST', path: maps, body: { metadata: { name, labels: { shown: 'yes' } } } });
    await create('table-0');
    await create('table-1');
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const path = `${maps}?watch=true&resourceVersion=0&labelSelector=shown%3Dyes`;
    const { event, close } = await watching(path, { accept });
    const lines = [await event(), await event()];
    await create('table-2');
    lines.push(await event());
    const tables = lines.map((line) => JSON.parse(line).object);
    expect(tables.map(({ columnDefinitions }) => columnDefinitions?.length ?? columnDefinitions)).toEqual([
      3,
      null,
      null,
    ]);
    expect(tables.map(({ rows }) => rows[0].cells[0])).toEqual(['table-0', 'table-1', 'table-2']);
    close();
  });

  it('answers as to any request where a WebSocket is offered and there is nothing to watch', async () => {
    const path = `${api.url.replace('https', 'wss')}/api/v1/namespaces/default`;
    const socket = new WebSocket(path, { ca: api.ca, cert: api.admin.certificate, key: api.admin.key });
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('Unexpected server response: 200');
  });

  it('drops a watcher that does not read, and serves the others', async () => {
    const session = http2.connect(api.url, { ca: api.ca, cert: api.admin.certificate, key: api.admin.key });
    const stream = session.request({ ':path': `${maps}?watch=true&fieldSelector=metadata.name%3Dbusy` });
    const ended = new Promise<void>((resolve) => stream.on('close', resolve));
    await new Promise<void>((resolve) => stream.once('response', () => resolve()));
    stream.pause();
    const body = { metadata: { name: 'busy' }, data: { key: '' } };
    await api.transport.request({ method: 'POST', path: maps, body });
    for (let index = 0; index < 60; index += 1) {
      const data = { key: `${index}`.padEnd(500_000, 'x') };
      const { status } = await api.transport.request({ method: 'PUT', path: `${maps}/busy`, body: { ...body, data } });
      expect(status).toBe(200);
    }
    const metrics = await request('/metrics', admin());
    expect(metrics.body.toString()).toContain(
      'apiserver_longrunning_requests{verb="WATCH",group="",resource="configmaps",component="apiserver"} 0\n',
    );
    stream.resume();
    await ended;
    session.destroy();
  });
});

describe('@kubernetes/client-node', () => {
  const config = () => {
    const loaded = new KubeConfig();
    loaded.loadFromFile(api.kubeconfig);
    return loaded;
  };

  it('keeps an informer in step', async () => {
    const client = config().makeApiClient(CoreV1Api);
    const namespace = 'kube-public';
    const informer = makeInformer<V1ConfigMap>(config(), `/api/v1/namespaces/${namespace}/configmaps`, () =>
      client.listNamespacedConfigMap({ namespace }),
    );
    const seen: string[] = [];
    for (const event of ['add', 'update', 'delete'] as const) {
      informer.on(event, ({ metadata, data }) => seen.push(`${event} ${metadata?.name} ${data?.key}`));
    }
    await informer.start();
    await client.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'a' }, data: { key: '1' } } });
    await client.replaceNamespacedConfigMap({
      namespace,
      name: 'a',
      body: { metadata: { name: 'a' }, data: { key: '2' } },
    });
    await client.deleteNamespacedConfigMap({ namespace, name: 'a' });
    await expect.poll(() => seen).toEqual(['add a 1', 'update a 2', 'delete a 2']);
    await informer.stop();
  });
});
