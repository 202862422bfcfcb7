import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:http2';
import { createServer as createTlsServer, request as httpsRequest, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../../../agent/certificates/self-signed.ts';
import { unless } from '../../unless.ts';
import { type StreamCluster, startStreamCluster } from './cluster.ts';
import { running, waiting } from './process-backend.ts';

/** The proxy leads to no loopback address: where this machine has another one, the pod is there. */
const here = Object.values(networkInterfaces())
  .flat()
  .find((each) => each && !each.internal && each.family === 'IPv4')?.address;
const podIP = here ?? '127.0.0.1';
const withAddress = unless(here ? undefined : 'this machine has no address but loopback');

let cluster: StreamCluster;
let web: Server;
let port: number;

beforeAll(async () => {
  cluster = await startStreamCluster();
  await cluster.addPod({
    name: 'web',
    podIP,
    containers: [
      { name: 'main', status: running('main', 'web-main') },
      { name: 'slow', status: waiting('slow', 'ImagePullBackOff') },
    ],
  });
  cluster.backend.log('web-main').append('a line');
  web = createServer((request, response) => {
    if (request.url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' });
      return response.end(`<a href="/rewriteme">${request.headers['x-forwarded-uri']}</a>`);
    }
    if (request.url === '/moved') return response.writeHead(302, { location: '/page' }).end();
    response.writeHead(request.url === '/missing' ? 404 : 201, { 'x-from': 'pod' });
    response.end(`${request.method} ${request.url} ${request.headers.authorization ?? 'no credentials'}`);
  });
  web.listen(0, podIP);
  await once(web, 'listening');
  port = (web.address() as AddressInfo).port;
});

afterAll(async () => {
  web.close();
  web.closeAllConnections();
  await cluster.close();
});

interface Answer {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

async function request(url: string, options: RequestOptions): Promise<Answer> {
  const outgoing = httpsRequest(url, { agent: false, ...options });
  outgoing.end();
  const [answer] = await once(outgoing, 'response');
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

const api = (path: string, options: RequestOptions = {}): Promise<Answer> => {
  const { url, ca, admin } = cluster.api;
  return request(url + path, { ca, cert: admin.certificate, key: admin.key, ...options });
};
const pod = (path: string, options?: RequestOptions) => api(`/api/v1/namespaces/default/pods/${path}`, options);
const message = ({ body }: Answer): string => JSON.parse(body).message;

test('a log comes as plain text over HTTP/1.1 and HTTP/2', async () => {
  const first = await pod('web/log?container=main');
  const { url, ca, admin } = cluster.api;
  const session = connect(url, { ca, cert: admin.certificate, key: admin.key });
  const second = await text(session.request({ ':path': '/api/v1/namespaces/default/pods/web/log?container=main' }));
  session.close();
  expect([first.status, first.headers['content-type'], first.body, second]).toEqual([
    200,
    'text/plain',
    'a line\n',
    'a line\n',
  ]);
});

test.each([
  ['web/log', 400, 'a container name must be specified for pod web, choose one of: [main slow]'],
  [
    'web/log?container=slow',
    400,
    'container "slow" in pod "web" is waiting to start: trying and failing to pull image',
  ],
  [
    'web/log?container=main&tailLines=-1',
    422,
    'PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  ['none/log', 404, 'pods "none" not found'],
  ['web/exec?container=main', 400, 'Upgrade request required'],
  ['web/attach?container=main', 400, 'Upgrade request required'],
  ['web/portforward', 400, 'Upgrade request required'],
  ['none/exec', 404, 'pods "none" not found'],
])('%s is answered with %i: %s', async (path, status, expected) => {
  const answer = await pod(path);
  expect([answer.status, message(answer)]).toEqual([status, expected]);
});

withAddress.test('the proxy of a pod passes the request on, without the credentials of the client', async () => {
  const answer = await pod(`web:${port}/proxy/some/path?q=1`, { method: 'POST', headers: { 'content-length': 0 } });
  expect([answer.status, answer.headers['x-from'], answer.body]).toEqual([
    201,
    'pod',
    'POST /some/path?q=1 no credentials',
  ]);
});

withAddress.test('slashes of a proxied path stay as they are', async () => {
  const answers = [await pod(`web:${port}/proxy/`), await pod(`web:${port}/proxy/a//b%20c/`)];
  expect(answers.map(({ body }) => body)).toEqual(['GET / no credentials', 'GET /a//b%20c/ no credentials']);
});

withAddress.test('links and redirects of a pod lead back through the proxy', async () => {
  const prefix = `/api/v1/namespaces/default/pods/web:${port}/proxy`;
  const [shown, moved] = [await pod(`web:${port}/proxy/page`), await pod(`web:${port}/proxy/moved`)];
  expect([shown.body, moved.headers.location]).toEqual([
    `<a href="${prefix}/rewriteme">${prefix}/page</a>`,
    `${prefix}/page`,
  ]);
});

withAddress.test('a pod allows other sites nothing on the address of the API server', async () => {
  expect((await pod(`web:${port}/proxy/page`)).headers).not.toHaveProperty('access-control-allow-origin');
});

withAddress.test('what the pod answers is passed on as it is', async () => {
  expect((await pod(`web:${port}/proxy/missing`)).status).toBe(404);
});

test('the proxy leads neither to this machine itself nor to its link', async () => {
  await cluster.addPod({
    name: 'liar',
    podIP: '127.0.0.1',
    containers: [{ name: 'main', status: running('main', 'x') }],
  });
  await cluster.addPod({
    name: 'thief',
    podIP: '169.254.169.254',
    containers: [{ name: 'main', status: running('main', 'x') }],
  });
  const answers = [
    await pod(`liar:${port}/proxy/`),
    await pod('thief:80/proxy/'),
    await api(`/api/v1/nodes/test-node:${port}/proxy/`),
  ];
  expect(answers.map((answer) => [answer.status, message(answer)])).toEqual(
    Array.from({ length: 3 }, () => [400, 'address not allowed']),
  );
});

withAddress.test('the proxy of a service leads to its pods, and to nothing else that its endpoints name', async () => {
  const { transport } = cluster.api;
  const add = (path: string, body: unknown) => transport.request({ method: 'POST', path, body });
  const ports = [{ name: 'http', port }];
  await add('/api/v1/namespaces/default/services', {
    metadata: { name: 'web' },
    spec: { ports: [{ name: 'http', port: 80 }] },
  });
  const slice = (name: string, targetRef?: object) =>
    add('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      metadata: { name, labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [podIP], ...(targetRef ? { targetRef } : {}) }],
      ports,
    });
  await slice('by-hand');
  const service = () => api('/api/v1/namespaces/default/services/web:http/proxy/x');
  expect(message(await service())).toBe('no endpoints available for service "web"');
  await slice('of-the-pod', { kind: 'Pod', namespace: 'default', name: 'web' });
  expect((await service()).body).toBe('GET /x no credentials');
});

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/network/proxy.go */
withAddress.test('Proxy version v1 should proxy through a service and a pod', async () => {
  const { certificate, key } = await selfSigned('pod', Date.now());
  const link = '<a href="/tlsrewriteme">test</a>';
  const safe = createTlsServer({ cert: certificate, key }, ({ url }, response) => {
    response.setHeader('content-type', url === '/page' ? 'text/html' : 'text/plain');
    response.end(url === '/page' ? link : 'tls baz');
  });
  safe.listen(0, podIP);
  await once(safe, 'listening');
  const { port: safePort } = safe.address() as AddressInfo;
  const add = (path: string, body: unknown) => cluster.api.transport.request({ method: 'POST', path, body });
  const ports = [
    { name: 'portname1', port },
    { name: 'tlsportname1', port: safePort },
  ];
  await add('/api/v1/namespaces/default/services', {
    metadata: { name: 'echo' },
    spec: { ports: ports.map(({ name }, index) => ({ name, port: 80 + index })) },
  });
  await add('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    metadata: { name: 'echo', labels: { 'kubernetes.io/service-name': 'echo' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [podIP], targetRef: { kind: 'Pod', namespace: 'default', name: 'web' } }],
    ports,
  });
  const service = (name: string) => `/api/v1/namespaces/default/services/${name}/proxy`;
  const ofPod = (name: string) => `/api/v1/namespaces/default/pods/${name}/proxy`;
  const bodies = async (paths: string[]) => (await Promise.all(paths.map((path) => api(path)))).map(({ body }) => body);
  const plain = [
    service('echo:portname1'),
    service('http:echo:portname1'),
    service('echo:80'),
    ofPod(`http:web:${port}`),
  ];
  expect(await bodies(plain.map((path) => `${path}/`))).toEqual(plain.map(() => 'GET / no credentials'));
  const secure = [service('https:echo:tlsportname1'), service('https:echo:81'), ofPod(`https:web:${safePort}`)];
  expect(await bodies(secure.map((path) => `${path}/`))).toEqual(secure.map(() => 'tls baz'));
  expect(await bodies(secure.map((path) => `${path}/page`))).toEqual(
    secure.map((path) => `<a href="${path}/tlsrewriteme">test</a>`),
  );
  safe.close();
  safe.closeAllConnections();
});

test('a proxy without a path leads to the one with a slash', async () => {
  const { status, headers } = await pod(`web:${port}/proxy?q=1`);
  expect([status, headers.location]).toEqual([301, `/api/v1/namespaces/default/pods/web:${port}/proxy/?q=1`]);
});

withAddress.test('a pod that does not answer is unavailable', async () => {
  const answer = await pod('web:1/proxy/');
  expect([answer.status, message(answer)]).toEqual([
    503,
    `error trying to reach service: dial tcp ${podIP}:1: connect: connection refused`,
  ]);
});

test("the proxy of a node leads to its kubelet's server", async () => {
  const health = await api('/api/v1/nodes/test-node/proxy/healthz');
  const pods = await api('/api/v1/nodes/test-node/proxy/pods');
  expect([health.body, JSON.parse(pods.body).items[0].metadata.name]).toEqual(['ok', 'web']);
});

test('the kubelet wants a certificate of its authority, and one that may do everything', async () => {
  const { port: kubeletPort, authority } = cluster.kubelet;
  const ask = (options: RequestOptions) =>
    request(`https://127.0.0.1:${kubeletPort}/healthz`, { ca: authority.certificate, ...options });
  const node = await authority.issue({
    commonName: 'system:node:x',
    organizations: ['system:nodes'],
    usages: ['client'],
  });
  const { admin } = cluster.api;
  const answers = await Promise.all([
    ask({}),
    ask({ cert: admin.certificate, key: admin.key }),
    ask({ cert: node.certificate, key: node.key }),
  ]);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [401, 'Unauthorized'],
    [401, 'Unauthorized'],
    [403, 'Forbidden (user=system:node:x, verb=get, resource=nodes, subresource(s)=[healthz proxy])'],
  ]);
});
