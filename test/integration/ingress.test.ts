/**
 * The built-in ingress controller: its proxy on real sockets, and the controller with its thread, told by a real API
 * server what to do.
 */
import { type ClientRequest, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { selfSigned } from '../../agent/certificates/self-signed.ts';
import { systemClock } from '../../agent/clock.ts';
import { startIngress } from '../../agent/ingress/controller.ts';
import { plainRoute } from '../../agent/ingress/listeners.ts';
import { type IngressServer, startIngressServer } from '../../agent/ingress/server.ts';
import type { Listener, Protocol, Route } from '../../agent/ingress/table.ts';
import { startIngressThread } from '../../agent/ingress/thread.ts';
import { createLogger } from '../../agent/log.ts';
import { controllerClient } from '../../agent/roles/control-plane.ts';
import { withNewestKubectl } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000, interval: 20 });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const piece of response) text += piece;
  return text;
}

/** A pod: says its name and what it was asked for. */
function startPod(name: string): Promise<Server> {
  const server = createServer((asked, response) => {
    const { url, method, headers } = asked;
    void textOf(asked).then((body) => {
      const seen = [headers['x-forwarded-proto'], headers['x-forwarded-host'], headers.host].join(' ');
      response.end(`${name} ${method} ${url} ${seen} ${body.length}`);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url }) =>
    socket.on('message', (data) => socket.send(`${name} ${url} heard ${String(data)}`)),
  );
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}

const answered = (asked: ClientRequest, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    asked.on('response', resolve).on('error', reject);
    asked.end(body);
  });

interface Ask {
  /** The address of the proxy. */
  at?: string | undefined;
  host?: string;
  method?: string;
  body?: string;
}

async function ask(
  port: number,
  path: string,
  { at = '127.0.0.1', host = 'shop.localhost', method = 'GET', body = '' }: Ask = {},
) {
  const headers = { host, ...(body ? { 'content-length': body.length } : {}) };
  const options = { host: at, port, path, method, headers, agent: false };
  const response = await answered(request(options), body);
  return { status: response.statusCode, text: (await textOf(response)).trim(), location: response.headers.location };
}

/** The common name of the certificate that is shown for a host, and what was said then. */
async function askTls(port: number, host: string, path = '/', at = '127.0.0.1') {
  const options = { host: at, port, path, servername: host, headers: { host }, agent: false };
  const response = await answered(tlsRequest({ ...options, rejectUnauthorized: false }), '');
  const shown = response.socket instanceof TLSSocket ? response.socket.getPeerCertificate().subject.CN : undefined;
  return { shown, text: (await textOf(response)).trim() };
}

describe('the ingress proxy', () => {
  let server: IngressServer;
  const ports = { http: 0, https: 0 };
  const pods: Server[] = [];
  const said: string[] = [];
  const addressOf = (index: number): string => `127.0.0.1:${portOf(pods[index] as Server)}`;
  const path = (
    at: string,
    addresses: readonly string[],
    { protocol = 'http', ...more }: Partial<Route> & { protocol?: Protocol } = {},
  ): Route => ({
    ...plainRoute({ type: 'Prefix', value: at }),
    backends: [{ weight: 1, target: { protocol, addresses }, request: [], response: [] }],
    ...more,
  });
  const atHttp = (routes: readonly Route[]): Listener => ({
    port: 80,
    scheme: 'http',
    hosts: { 'shop.localhost': routes },
    certificates: [],
  });
  /** Serves the routes with TLS; without it too, or otherwise. */
  const serve = async (
    routes: readonly Route[],
    { certificates = [], plain = routes }: { certificates?: Listener['certificates']; plain?: readonly Route[] } = {},
  ): Promise<void> => {
    const secure: Listener = { ...atHttp(routes), port: 443, scheme: 'https', certificates };
    const opened = await server.update([atHttp(plain), secure]);
    Object.assign(ports, { http: opened[80], https: opened[443] });
  };

  beforeAll(async () => {
    pods.push(await startPod('blue'), await startPod('green'));
    server = startIngressServer({
      host: '127.0.0.1',
      fallbackCertificate: await selfSigned('fallback', Date.now()),
      log: (message) => said.push(message),
    });
  });
  afterAll(async () => {
    await server.close();
    await closeAll(pods);
  });

  test('passes on method, path, query, body and host, and says for whom', async () => {
    await serve([path('/blue', [addressOf(0)])]);
    expect(await ask(ports.http, '/blue/x?q=1', { method: 'POST', body: 'hello' })).toMatchObject({
      status: 200,
      text: 'blue POST /blue/x?q=1 http shop.localhost shop.localhost 5',
    });
  });

  test('shares requests among all addresses, and tries another where one does not answer', async () => {
    await serve([path('/', [addressOf(0), addressOf(1)])]);
    const names = await Promise.all(Array.from({ length: 8 }, () => ask(ports.http, '/')));
    expect(new Set(names.map(({ text }) => text.split(' ')[0]))).toEqual(new Set(['blue', 'green']));
    // Nobody listens on a port that was just given back.
    const gone = await startPod('gone');
    const nobody = `127.0.0.1:${portOf(gone)}`;
    await closeAll([gone]);
    await serve([path('/', [nobody, addressOf(1)])]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(ports.http, '/')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    await serve([path('/', [nobody])]);
    expect(await ask(ports.http, '/')).toMatchObject({ status: 502, text: expect.stringContaining('does not answer') });
  });

  test('says what is missing: a path, a ready pod', async () => {
    await serve([path('/empty', [])]);
    expect(await ask(ports.http, '/empty')).toMatchObject({ status: 503 });
    expect(await ask(ports.http, '/other')).toMatchObject({ status: 404 });
    expect(await ask(ports.http, '/empty', { host: 'other.localhost' })).toMatchObject({ status: 404 });
  });

  test('carries WebSockets, and refuses those that nobody serves', async () => {
    await serve([path('/chat', [addressOf(1)], { rewrite: { path: { type: 'Full', value: '/live' } } })]);
    const open = (at: string) =>
      new WebSocket(`ws://127.0.0.1:${ports.http}${at}`, { headers: { host: 'shop.localhost' } });
    const socket = open('/chat');
    const heard = await new Promise((resolve, reject) => {
      socket.on('open', () => socket.send('hello'));
      socket.on('message', (data) => resolve(String(data)));
      socket.on('error', reject);
    });
    socket.terminate();
    expect(heard).toBe('green /live heard hello');
    const refused = await new Promise((resolve) => open('/other').on('error', ({ message }) => resolve(message)));
    expect(refused).toContain('404');
  });

  test('shows the certificate of the host, of its wildcard, or its own; one that is none is said and left out', async () => {
    const [shop, any] = await Promise.all([selfSigned('shop', Date.now()), selfSigned('any', Date.now())]);
    const certificates = [
      { hosts: ['shop.localhost'], ...shop },
      { hosts: ['*.example.com'], ...any },
      { hosts: ['broken.localhost'], certificate: 'no certificate', key: 'no key' },
    ];
    await serve([path('/', [addressOf(0)])], { certificates });
    expect(await askTls(ports.https, 'shop.localhost')).toEqual({
      shown: 'shop',
      text: 'blue GET / https shop.localhost shop.localhost 0',
    });
    expect(await askTls(ports.https, 'a.example.com')).toMatchObject({ shown: 'any' });
    expect(await askTls(ports.https, 'broken.localhost')).toMatchObject({ shown: 'fallback' });
    expect(said).toEqual([expect.stringContaining('broken.localhost')]);
  });

  test('sends a host that has TLS there', async () => {
    const plain = [path('/', [], { redirect: { status: 308, scheme: 'https' } })];
    await serve([path('/', [addressOf(0)])], { plain });
    expect(await ask(ports.http, '/a?b=c')).toMatchObject({ status: 308, location: 'https://shop.localhost/a?b=c' });
    expect(await askTls(ports.https, 'shop.localhost')).toMatchObject({ text: expect.stringContaining('blue GET / ') });
  });
});

/** As a node has one: an endpoint may not be on a loopback address. */
const ownAddress = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

withNewestKubectl('ingresses', ({ path }) => {
  let plane: ControlPlane;
  const ended = new AbortController();
  const pods: Server[] = [];
  const { kubectl, run, get } = typedKubectl(path, () => plane.api.kubeconfig);

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: {} });
    startIngress({
      config: { nodeIP: ownAddress ?? '', nodeName: 'n1' },
      client: controllerClient(plane.api.server, 'skiff-ingress'),
      informers: plane.informers,
      kinds: plane.api.server.kinds,
      startThread: startIngressThread,
      clock: systemClock,
      log: createLogger('ingress', (line) => process.stderr.write(`${line}\n`)),
      signal: ended.signal,
    });
    for (const name of ['blue', 'green']) {
      const pod = await startPod(name);
      pods.push(pod);
      // The API takes no loopback address as an endpoint; by name this machine is reached all the same.
      await kubectl(
        `create service externalname ${name} --external-name=localhost --tcp=${portOf(pod)}:${portOf(pod)}`,
      );
    }
  });
  afterAll(async () => {
    ended.abort();
    await closeAll(pods);
    await plane.close();
  });

  const listens = async (scheme: 'http' | 'https'): Promise<number> =>
    Number(await get('endpointslice skiff-ingress -n kube-system', `.ports[?(@.name=="${scheme}")].port`));
  const toPod = (index: number, name: string) => `${name}:${portOf(pods[index] as Server)}`;

  test('serve what they say from the moment on that they are there, by the default class', async () => {
    expect(await kubectl('get ingressclass')).toMatch(/skiff +skiff.dev\/ingress/);
    expect(await kubectl('get service -n kube-system skiff-ingress --ignore-not-found')).toBe('');
    const rules = [`shop.localhost/blue*=${toPod(0, 'blue')}`, `shop.localhost/green*=${toPod(1, 'green')}`];
    await kubectl(`create ingress shop ${rules.map((each) => `--rule=${each}`).join(' ')}`);
    expect(await kubectl('get ingress shop')).toMatch(/shop +skiff +shop\.localhost +80/);
    await soon(() => get('service skiff-ingress -n kube-system', '.spec.type')).toBe('LoadBalancer');
    const port = await listens('http');
    await soon(async () => (await ask(port, '/green/tea', { at: ownAddress })).text).toMatch(/^green GET \/green\/tea/);
    expect((await ask(port, '/blue', { at: ownAddress })).text).toMatch(/^blue/);
  });

  test('show localhost as their address once the service has it', async () => {
    const ingress = '{"status":{"loadBalancer":{"ingress":[{"hostname":"localhost"}]}}}';
    const patch = ['patch', 'service', 'skiff-ingress', '-n', 'kube-system', '--subresource=status', '--type=merge'];
    expect((await run([...patch, '-p', ingress])).code).toBe(0);
    await soon(() => get('ingress shop', '.status.loadBalancer.ingress[0].hostname')).toBe('localhost');
    expect(await kubectl('get ingress shop')).toMatch(/shop +skiff +shop\.localhost +localhost +80/);
  });

  test('of a class that the cluster lacks are served, of one that has another controller they are not', async () => {
    const port = await listens('http');
    await kubectl(`create ingress other --class=nginx --rule=other.localhost/*=${toPod(0, 'blue')}`);
    await soon(async () => (await ask(port, '/', { at: ownAddress, host: 'other.localhost' })).status).toBe(200);
    const taken = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' } };
    await kubectl('apply -f -', JSON.stringify({ ...taken, spec: { controller: 'k8s.io/ingress-nginx' } }));
    await soon(async () => (await ask(port, '/', { at: ownAddress, host: 'other.localhost' })).status).toBe(404);
  });

  test('take the certificate of a secret, and the next one when it changes', async () => {
    const port = await listens('https');
    const put = async (name: string) => {
      const { certificate, key } = await selfSigned(name, Date.now());
      const data = { 'tls.crt': btoa(certificate), 'tls.key': btoa(key) };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tls' }, type: 'kubernetes.io/tls', data };
      await kubectl('apply -f -', JSON.stringify(secret));
    };
    const shown = async () => (await askTls(port, 'safe.localhost', '/', ownAddress)).shown;
    await kubectl(`create ingress safe --rule=safe.localhost/*=${toPod(0, 'blue')},tls=tls`);
    await soon(shown).toBe('ingress.skiff.dev');
    await put('first');
    await soon(shown).toBe('first');
    await put('second');
    await soon(shown).toBe('second');
  });

  test('leave nothing behind with the last of them', async () => {
    await kubectl('delete ingress --all');
    const left = () => kubectl('get service,endpointslice -n kube-system skiff-ingress --ignore-not-found -o name');
    await soon(left).toBe('');
  });
});
