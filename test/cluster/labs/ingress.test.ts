import { execFile } from 'node:child_process';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { get as getTls } from 'node:https';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { unless } from '../../unless.ts';
import { eventually, useLab } from '../lab.ts';

const skiff = resolve(import.meta.dirname, '../../../main/cli/bin.mjs');

/** Whether another program has the port of this machine. */
const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });

/** Another program of this machine that has 443, so that the proxy must take another port. */
const other = createServer();
const holds = await new Promise<boolean>((resolve) => {
  other.once('error', () => resolve(false));
  other.listen(443, '127.0.0.1', () => resolve(true));
});
afterAll(() => void other.close());

/** Asked before the first cluster's ingress has them. */
const taken = { http: await isTaken(80), https: await isTaken(443) };

/** `200 text`, as a browser on this machine sees it. */
function browse(scheme: 'http' | 'https', host: string, port: number, path: string): Promise<string> {
  const options = { host: '127.0.0.1', port, path, headers: { host }, agent: false, timeout: 5000 };
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
    };
    const asked =
      scheme === 'http'
        ? getPlain(options, take)
        : getTls({ ...options, servername: host, rejectUnauthorized: false }, take);
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
  });
}

withKubectls('lab ingress', (binary) => {
  const lab = useLab('ingress', binary);
  const host = `shop-${binary.version.replaceAll('.', '-')}.localhost`;
  const manifest = () => lab.manifest('ingress.yaml').replace('shop.localhost', host);
  const portOf = async (scheme: 'http' | 'https'): Promise<number> => {
    if (!taken[scheme]) return scheme === 'http' ? 80 : 443;
    const path = `jsonpath={.spec.ports[?(@.name=="${scheme}")].port}`;
    return Number(await lab.kubectl(['get', 'service', 'skiff-ingress', '-n', 'kube-system', '-o', path]));
  };
  const open = async (path: string, scheme: 'http' | 'https' = 'http', at = host) =>
    browse(scheme, at, await portOf(scheme), path);

  /** A web server that has its page at a path too. */
  const serve = (name: string, image: string, path: string) => {
    const html = '/usr/share/nginx/html';
    const script = `mkdir ${html}/${path} && cp ${html}/index.html ${html}/${path}/ && exec nginx -g 'daemon off;'`;
    return lab.kubectl(['run', name, `--image=${image}`, '--port=80', '--command', '--', 'sh', '-c', script]);
  };

  beforeAll(async () => {
    await Promise.all([serve('web-blue', 'web:1.0', 'blue'), serve('web-green', 'web:2.0', 'green')]);
    await Promise.all(['web-blue', 'web-green'].map((name) => lab.kubectl(`expose pod ${name} --port=80`)));
    await lab.ready('pod --all');
  });

  test('two paths of a host on localhost reach two services', async () => {
    expect(await lab.kubectl('apply -f -', { input: manifest() })).toBe('ingress.networking.k8s.io/shop created\n');
    await eventually(async () => expect(await open('/blue/')).toMatch(/^200 [\s\S]*version 1/));
    expect(await open('/green/')).toMatch(/^200 [\s\S]*version 2/);
    expect(await open('/red/')).toMatch(/^404/);
    await eventually(async () =>
      expect(await lab.kubectl('get ingress shop')).toMatch(/skiff .*localhost +localhost +80/),
    );
  });

  test('another host has its own rules, over TLS', async () => {
    const other = `tea-${host}`;
    const rules = {
      host: other,
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web-green', port: { number: 80 } } } }],
      },
    };
    const spec = { rules: [rules], tls: [{ hosts: [other], secretName: 'tea' }] };
    const tea = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'tea' }, spec };
    await lab.kubectl('apply -f -', { input: JSON.stringify(tea) });
    await eventually(async () => expect(await open('/', 'https', other)).toMatch(/^200 [\s\S]*version 2/));
    expect(await open('/', 'http', other)).toMatch(/^308/);
    expect(await open('/blue/')).toMatch(/^200 [\s\S]*version 1/);
  });

  unless(holds ? undefined : 'this user may not hold port 443').test(
    'a port that another program has is left to it: the next free one is taken, and said',
    async () => {
      const port = await portOf('https');
      expect(port).toBeGreaterThanOrEqual(8443);
      expect(await lab.kubectl('get service skiff-ingress -n kube-system')).toMatch(`${port}:`);
      const { profile, home } = inject('cluster');
      const env = { ...process.env, SKIFF_HOME: join(home, 'skiff'), HOME: home };
      const { stdout } = await promisify(execFile)(process.execPath, [skiff, 'service', '-p', profile], { env });
      expect(stdout).toContain(`${port}`);
    },
  );

  test('a pod that speaks HTTP/2 alone is reached, by clients of HTTP/2 and of HTTP/1.1, where a policy lets the proxy in', async () => {
    const server = "server { listen 81 http2; location / { return 200 'it was $server_protocol'; } }";
    const script = `printf "%s" "user nginx; events {} http { ${server} }" > /tmp/h2.conf && exec nginx -c /tmp/h2.conf -g 'daemon off;'`;
    const run = ['run', 'rpc', '--image=web:1.0', '--labels=app=rpc', '--command', '--', 'sh', '-c'];
    await lab.kubectl([...run, script.replaceAll('$', '\\$')]);
    const name = `rpc-${host}`;
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'rpc' },
      spec: { selector: { app: 'rpc' }, ports: [{ port: 81, appProtocol: 'kubernetes.io/h2c' }] },
    };
    await lab.kubectl('apply -f -', { input: JSON.stringify(service) });
    await lab.ready('pod rpc');
    // Nobody is let in at first, and then who is in the namespace of the proxy's pod.
    const own = { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } };
    const policy = (ingress: object[]) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'rpc' },
      spec: { podSelector: { matchLabels: { app: 'rpc' } }, policyTypes: ['Ingress'], ingress },
    });
    await lab.kubectl('apply -f -', { input: JSON.stringify(policy([])) });
    await lab.kubectl(`create ingress rpc --rule=${name}/*=rpc:81`);
    await eventually(() => expect(open('/', 'http', name)).rejects.toThrow('no answer'));
    await lab.kubectl('apply -f -', { input: JSON.stringify(policy([{ from: [{ namespaceSelector: own }] }])) });
    await eventually(async () => expect(await open('/', 'http', name)).toBe('200 it was HTTP/2.0'));
    const session = connect(`https://${name}:${await portOf('https')}`, {
      rejectUnauthorized: false,
      lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const call = session.request({ ':path': '/' });
    let text = '';
    for await (const piece of call.setEncoding('utf8')) text += piece;
    session.close();
    expect([session.alpnProtocol, text]).toEqual(['h2', 'it was HTTP/2.0']);
  });

  test('a gateway is served on the same port, after one command', async () => {
    const { profile, home } = inject('cluster');
    const env = { ...process.env, SKIFF_HOME: join(home, 'skiff'), HOME: home };
    const { stdout } = await promisify(execFile)(process.execPath, [skiff, 'gateway', 'enable', '-p', profile], {
      env,
    });
    expect(stdout).toContain('Gateway API is on');
    const name = `gateway-${host}`;
    const apiVersion = 'gateway.networking.k8s.io/v1';
    const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }];
    const gateway = {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: 'web' },
      spec: { gatewayClassName: 'skiff', listeners },
    };
    const rules = [
      { matches: [{ path: { value: '/green' } }], backendRefs: [{ name: 'web-green', port: 80 }] },
      { backendRefs: [{ name: 'web-blue', port: 80 }] },
    ];
    const route = {
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: 'web' },
      spec: { parentRefs: [{ name: 'web' }], hostnames: [name], rules },
    };
    const both = { apiVersion: 'v1', kind: 'List', items: [gateway, route] };
    await lab.kubectl('apply -f -', { input: JSON.stringify(both) });
    await eventually(async () => expect(await open('/green/', 'http', name)).toMatch(/^200 [\s\S]*version 2/));
    expect(await open('/', 'http', name)).toMatch(/^200 [\s\S]*version 1/);
    await eventually(async () => expect(await lab.kubectl('get gateway web')).toMatch(/web +skiff +localhost +True/));
    await lab.kubectl('delete gateway,httproute web');
  });

  test('what an ingress served is gone with it', async () => {
    await lab.kubectl('delete ingress shop tea rpc');
    await eventually(() => expect(open('/blue/')).rejects.toThrow());
  });
});
