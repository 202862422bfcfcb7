/** Gateway API: its definitions come with one switch, and the ingress controller's proxy serves gateways then. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../../agent/certificates/self-signed.ts';
import { systemClock } from '../../agent/clock.ts';
import { startIngress } from '../../agent/ingress/controller.ts';
import { startIngressThread } from '../../agent/ingress/thread.ts';
import { createLogger } from '../../agent/log.ts';
import { controllerClient } from '../../agent/roles/control-plane.ts';
import { disableGateway, enableGateway, gatewayObjects, isGatewayServed } from '../../main/cluster/gateway.ts';
import { connectTo, type OwnConnection } from '../../main/kube/client.ts';
import { withNewestKubectl } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { ask, askTls, closeAll, ownAddress, portOf, startPod } from './http-pods.ts';
import { typedKubectl } from './typed-kubectl.ts';

const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000, interval: 20 });

withNewestKubectl('gateways', ({ path }) => {
  let plane: ControlPlane;
  let connection: OwnConnection;
  const ended = new AbortController();
  const { signal } = ended;
  const pods: Server[] = [];
  const { kubectl, run, get } = typedKubectl(path, () => plane.api.kubeconfig);

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: {} });
    const { url, ca, admin } = plane.api;
    connection = connectTo({
      server: url,
      certificateAuthority: ca,
      clientCertificate: admin.certificate,
      clientKey: admin.key,
      insecure: false,
    });
    startIngress({
      config: { nodeIP: ownAddress ?? '', nodeName: 'n1' },
      client: controllerClient(plane.api.server, 'skiff-ingress'),
      informers: plane.informers,
      kinds: plane.api.server.kinds,
      startThread: startIngressThread,
      clock: systemClock,
      log: createLogger('ingress', (line) => process.stderr.write(`${line}\n`)),
      signal,
    });
    for (const name of ['blue', 'green']) {
      const pod = await startPod(name);
      pods.push(pod);
      await kubectl(`create service externalname ${name} --external-name=localhost --tcp=80:${portOf(pod)}`);
      await kubectl(
        `patch service ${name} --type=json -p [{"op":"replace","path":"/spec/ports/0/port","value":${portOf(pod)}}]`,
      );
    }
  });
  afterAll(async () => {
    ended.abort();
    connection.close();
    await closeAll(pods);
    await plane.close();
  });

  const backend = (index: number, name: string, more: object = {}) => ({
    name,
    port: portOf(pods[index] as Server),
    ...more,
  });
  const apply = (kind: string, name: string, spec: object) => {
    const apiVersion = `gateway.networking.k8s.io/${kind === 'ReferenceGrant' ? 'v1beta1' : 'v1'}`;
    return kubectl('apply -f -', JSON.stringify({ apiVersion, kind, metadata: { name }, spec }));
  };
  const listens = async (port: number): Promise<number> => {
    const name = { 80: 'http', 443: 'https' }[port] ?? `port-${port}`;
    return Number(await get('endpointslice skiff-ingress -n kube-system', `.ports[?(@.name=="${name}")].port`));
  };
  const condition = (what: string, type: string, at = '.status') =>
    get(what, `${at}.conditions[?(@.type=="${type}")]['status','reason']`);
  const parentCondition = (what: string, type: string) => condition(what, type, '.status.parents[0]');

  test('are unknown until the switch brings their kinds, and then have a class that is accepted', async () => {
    expect((await run('get gateways')).stderr).toContain('the server doesn\'t have a resource type "gateways"');
    const { changed, kept } = await enableGateway(connection, signal);
    expect([changed.length, kept]).toEqual([4, []]);
    await soon(() => isGatewayServed(connection, signal)).toBe(true);
    expect(await kubectl('get gatewayclass')).toMatch(/skiff +skiff.dev\/gateway +True/);
    // Again is no mistake.
    expect((await enableGateway(connection, signal)).changed).toHaveLength(4);
  });

  test('serve their routes, and say so once they have an address', async () => {
    await apply('Gateway', 'web', {
      gatewayClassName: 'skiff',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP' },
        { name: 'other', port: 8080, protocol: 'HTTP', hostname: '*.localhost' },
      ],
    });
    await apply('HTTPRoute', 'shop', {
      parentRefs: [{ name: 'web' }],
      hostnames: ['shop.localhost'],
      rules: [
        { matches: [{ path: { value: '/green' } }], backendRefs: [backend(1, 'green')] },
        { backendRefs: [backend(0, 'blue')] },
      ],
    });
    await soon(() => parentCondition('httproute shop', 'Accepted')).toBe('True Accepted');
    expect(await parentCondition('httproute shop', 'ResolvedRefs')).toBe('True ResolvedRefs');
    const answers = async (port: number, at: string) => (await ask(await listens(port), at, { at: ownAddress })).text;
    await soon(() => answers(80, '/green/tea')).toMatch(/^green GET \/green\/tea/);
    expect(await answers(8080, '/x')).toMatch(/^blue GET \/x/);
    expect(await condition('gateway web', 'Programmed')).toBe('False AddressNotAssigned');
    const status = '{"status":{"loadBalancer":{"ingress":[{"hostname":"localhost"}]}}}';
    const patch = ['patch', 'service', 'skiff-ingress', '-n', 'kube-system', '--subresource=status', '--type=merge'];
    expect((await run([...patch, '-p', status])).code).toBe(0);
    await soon(() => condition('gateway web', 'Programmed')).toBe('True Programmed');
    expect(await kubectl('get gateway web')).toMatch(/web +skiff +localhost +True/);
    expect(await get('gateway web', '.status.listeners[*].attachedRoutes')).toBe('1 1');
  });

  test('change headers, paths and hosts, redirect, and weigh their backends', async () => {
    await apply('HTTPRoute', 'filters', {
      parentRefs: [{ name: 'web', sectionName: 'http' }],
      hostnames: ['filters.localhost'],
      rules: [
        {
          matches: [{ path: { value: '/old' } }],
          filters: [
            { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } } },
            { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'X-Shop', value: 'open' }] } },
          ],
          backendRefs: [backend(0, 'blue', { weight: 1 }), backend(1, 'green', { weight: 0 })],
        },
        {
          matches: [{ path: { value: '/away' } }],
          filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }],
        },
        {
          matches: [{ headers: [{ name: 'X-Canary', value: 'yes' }] }],
          filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'canary.localhost' } }],
          backendRefs: [backend(1, 'green')],
        },
        { matches: [{ path: { value: '/nowhere' } }], backendRefs: [{ name: 'missing', port: 80 }] },
      ],
    });
    await soon(() => parentCondition('httproute filters', 'ResolvedRefs')).toBe('False BackendNotFound');
    const port = await listens(80);
    const get80 = (at: string, headers: Record<string, string> = {}) =>
      ask(port, at, { at: ownAddress, host: 'filters.localhost', headers });
    await soon(async () => (await get80('/nowhere')).status).toBe(500);
    const rewritten = await get80('/old/tea?x=1');
    expect([rewritten.text, rewritten.headers['x-shop']]).toEqual([
      'blue GET /new/tea?x=1 http filters.localhost filters.localhost 0',
      'open',
    ]);
    expect(await get80('/away/a?b=c')).toMatchObject({ status: 301, location: 'https://filters.localhost/away/a?b=c' });
    expect((await get80('/', { 'x-canary': 'yes' })).text).toBe(
      'green GET / http filters.localhost canary.localhost 0',
    );
    expect((await get80('/')).status).toBe(404);
  });

  test('show the certificates of their listeners, and wait for a grant where they are elsewhere', async () => {
    const { certificate, key } = await selfSigned('safe', Date.now());
    await kubectl('create namespace vault');
    const data = { 'tls.crt': btoa(certificate), 'tls.key': btoa(key) };
    const metadata = { name: 'safe', namespace: 'vault' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data };
    await kubectl('apply -f -', JSON.stringify(secret));
    const listener = { name: 'https', port: 443, protocol: 'HTTPS', hostname: 'safe.localhost' };
    await apply('Gateway', 'safe', {
      gatewayClassName: 'skiff',
      listeners: [{ ...listener, tls: { certificateRefs: [{ name: 'safe', namespace: 'vault' }] } }],
    });
    await apply('HTTPRoute', 'safe', {
      parentRefs: [{ name: 'safe' }],
      rules: [{ backendRefs: [backend(0, 'blue')] }],
    });
    const refs = () => condition('gateway safe', 'ResolvedRefs', '.status.listeners[0]');
    await soon(refs).toBe('False RefNotPermitted');
    const grant = {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: { name: 'to-default', namespace: 'vault' },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default' }],
        to: [{ group: '', kind: 'Secret' }],
      },
    };
    await kubectl('apply -f -', JSON.stringify(grant));
    await soon(refs).toBe('True ResolvedRefs');
    await soon(async () => (await askTls(await listens(443), 'safe.localhost', '/', ownAddress)).shown).toBe('safe');
  });

  test('share their port with ingresses', async () => {
    await kubectl(`create ingress tea --rule=tea.localhost/*=green:${portOf(pods[1] as Server)}`);
    const port = await listens(80);
    await soon(async () => (await ask(port, '/', { at: ownAddress, host: 'tea.localhost' })).text).toMatch(/^green/);
    expect((await ask(port, '/', { at: ownAddress })).text).toMatch(/^blue/);
    await kubectl('delete ingress tea');
  });

  test('are refused where their schema says so, in the words of upstream', async () => {
    const refused = async (kind: string, spec: object): Promise<string> => {
      const object = { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name: 'bad' }, spec };
      return (await run('apply -f -', JSON.stringify(object))).stderr;
    };
    const http = { name: 'a', port: 80, protocol: 'HTTP' };
    const listeners = [{ ...http, tls: { certificateRefs: [{ name: 'x' }] } }];
    expect(await refused('Gateway', { gatewayClassName: 'skiff', listeners })).toContain(
      "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    );
    const rules = [{ matches: [{ path: { value: 'no-slash' } }] }];
    expect(await refused('HTTPRoute', { rules })).toContain(
      "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
    );
    const filters = [{ type: 'URLRewrite' }];
    expect(await refused('HTTPRoute', { rules: [{ filters }] })).toContain(
      'filter.urlRewrite must be specified for URLRewrite filter.type',
    );
  });

  test('leave nothing behind with the switch off', async () => {
    expect(await gatewayObjects(connection, signal)).toEqual([
      'gateway default/safe',
      'gateway default/web',
      'httproute default/filters',
      'httproute default/safe',
      'httproute default/shop',
    ]);
    await kubectl('delete gateways,httproutes --all');
    const left = () => kubectl('get service,endpointslice -n kube-system skiff-ingress --ignore-not-found -o name');
    await soon(left).toBe('');
    expect((await disableGateway(connection, signal)).changed).toHaveLength(4);
    await soon(async () => (await run('get gateways')).stderr).toContain('could not find the requested resource');
  });
});
