/**
 * The built-in ingress controller: its proxy on real sockets, and the controller with its thread, told by a real API
 * server what to do.
 */
import type { Server } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
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
import { ask, askTls, closeAll, ownAddress, portOf, startPod } from './http-pods.ts';
import { typedKubectl } from './typed-kubectl.ts';

const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000, interval: 20 });
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

describe('the ingress proxy and HTTP/2', () => {
  let server: IngressServer;
  let pod: Http2Server;
  let ports: Readonly<Record<number, number>> = {};
  const sessions: ClientHttp2Session[] = [];
  const connectTo = (origin: string): ClientHttp2Session => {
    const session = connect(origin, { rejectUnauthorized: false });
    sessions.push(session);
    return session;
  };

  beforeAll(async () => {
    const plain = await startPod('old');
    closing.push(plain);
    pod = createHttp2Server();
    pod.on('stream', echoGrpc);
    await new Promise<void>((resolve) => void pod.listen(0, '127.0.0.1', resolve));
    const target = (protocol: Protocol, port: number) => ({
      ...plainRoute({ type: 'Prefix', value: '/' }),
      backends: [{ weight: 1, target: { protocol, addresses: [`127.0.0.1:${port}`] }, request: [], response: [] }],
    });
    const { port } = pod.address() as AddressInfo;
    const hosts = { 'grpc.localhost': [target('h2c', port)], 'old.localhost': [target('http', portOf(plain))] };
    server = startIngressServer({
      host: '127.0.0.1',
      fallbackCertificate: await selfSigned('fallback', Date.now()),
      log: (message) => process.stderr.write(`${message}\n`),
    });
    ports = await server.update([
      { port: 80, scheme: 'http', hosts, certificates: [] },
      { port: 443, scheme: 'https', hosts, certificates: [] },
    ]);
  });
  const closing: Server[] = [];
  afterAll(async () => {
    for (const session of sessions) session.destroy();
    await server.close();
    pod.close();
    await closeAll(closing);
  });

  const open = (session: ClientHttp2Session, host: string, more: Record<string, string> = {}): ClientHttp2Stream =>
    session.request({ ':method': 'POST', ':path': '/echo', ':authority': host, te: 'trailers', ...more });

  test.each([
    ['without TLS', () => `http://127.0.0.1:${ports[80]}`],
    ['with TLS', () => `https://127.0.0.1:${ports[443]}`],
  ])('carry gRPC %s: pieces both ways while the call lasts, and the trailers at its end', async (_, origin) => {
    const call = open(connectTo(origin()), 'grpc.localhost', { 'content-type': 'application/grpc' });
    const headers = await new Promise<Record<string, unknown>>((resolve) => call.once('response', resolve));
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/grpc' });
    const next = () => new Promise<string>((resolve) => call.once('data', (data) => resolve(String(data))));
    // The answer to the first piece comes before the second is sent.
    for (const piece of ['one', 'two']) {
      const heard = next();
      call.write(piece);
      expect(await heard).toBe(`heard ${piece}`);
    }
    const trailers = new Promise<Record<string, unknown>>((resolve) => call.once('trailers', resolve));
    call.end();
    expect(await trailers).toMatchObject({ 'grpc-status': '0', 'grpc-message': 'host grpc.localhost' });
  });

  test('take HTTP/2 by ALPN for a pod that speaks HTTP/1.1', async () => {
    const session = connectTo(`https://127.0.0.1:${ports[443]}`);
    const call = open(session, 'old.localhost');
    call.end('hello');
    const status = new Promise((resolve) => call.once('response', ({ ':status': code }) => resolve(code)));
    let text = '';
    for await (const piece of call) text += piece;
    expect([session.alpnProtocol, await status, text]).toEqual([
      'h2',
      200,
      'old POST /echo https old.localhost old.localhost 5',
    ]);
  });

  test('cancel a call at the pod when its client does', async () => {
    const ended = new Promise((resolve) =>
      pod.once('stream', (stream) => stream.once('aborted', () => resolve('cancelled'))),
    );
    const call = open(connectTo(`https://127.0.0.1:${ports[443]}`), 'grpc.localhost');
    await new Promise((resolve) => call.once('response', resolve));
    call.close(constants.NGHTTP2_CANCEL);
    expect(await ended).toBe('cancelled');
  });

  test('serve a client of HTTP/1.1 from a pod that speaks HTTP/2', async () => {
    const response = await ask(ports[80] ?? 0, '/echo', { host: 'grpc.localhost', method: 'POST', body: 'hello' });
    expect(response).toMatchObject({ status: 200, text: 'heard hello' });
  });
});

/** A pod's gRPC method: answers each piece at once, and ends with trailers. */
function echoGrpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', () => stream.destroy());
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': `host ${headers[':authority']}` }),
  );
  stream.on('data', (piece) => stream.write(`heard ${piece}`));
  stream.on('end', () => stream.end());
}

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
