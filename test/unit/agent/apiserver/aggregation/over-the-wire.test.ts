/** Requests for what another server serves, from clients: what reaches that server is what was authorized. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, type Credential, createAuthority } from '../../../../../main/cluster/pki.ts';
import { type AggregationWorld, isAvailable, startAggregation } from './world.ts';

let world: AggregationWorld;
let authority: Authority;
let eve: Credential;
let port: number;

const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/mine';
const apiGroup = 'rbac.authorization.k8s.io';
const mine = '/apis/wardle.example.com/v1alpha1/namespaces/mine/flunders';

beforeAll(async () => {
  world = await startAggregation();
  await world.behindService();
  await world.register();
  await world.condition(isAvailable);
  authority = await createAuthority('kubernetes');
  const { certificate: cert, key } = await authority.issue({
    commonName: 'kube-apiserver',
    hosts: ['127.0.0.1'],
    usages: ['server'],
  });
  eve = await authority.issue({ commonName: 'eve', usages: ['client'] });
  const tls = { cert, key, ca: authority.certificate };
  ({ port } = await world.api.server.listen({ host: '127.0.0.1', port: 0, tls }));
  await world.api.create('/api/v1/namespaces', { metadata: { name: 'mine' } });
  await world.api.create(`${rbac}/roles`, {
    metadata: { name: 'flunders' },
    rules: [{ apiGroups: ['wardle.example.com'], resources: ['flunders'], verbs: ['*'] }],
  });
  await world.api.create(`${rbac}/rolebindings`, {
    metadata: { name: 'flunders' },
    roleRef: { apiGroup, kind: 'Role', name: 'flunders' },
    subjects: [{ apiGroup, kind: 'User', name: 'eve' }],
  });
});
afterAll(() => world.close());

const credentials = () => ({ ca: authority.certificate, cert: eve.certificate, key: eve.key });

/** Over HTTP/2, where a body needs no length. */
async function ask(method: string, path: string, body?: string): Promise<unknown> {
  const session = connect(`https://127.0.0.1:${port}`, credentials());
  const stream = session.request({ ':method': method, ':path': path }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [headers] = await once(stream, 'response');
  stream.resume();
  await once(stream, 'close');
  session.close();
  return headers[':status'];
}

/** Over HTTP/1.1, as it stands. */
async function say(request: string): Promise<string> {
  const socket = connectTls({ ...credentials(), port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] });
  socket.write(request);
  return text(socket);
}

describe('the path that is asked for is the one that was authorized', () => {
  it.each([
    ['dots', '/..', '/..'],
    ['escaped dots', '/%2e%2e', '/%2e%2e'],
    ['backslashes', '/x\\..\\..\\..\\other\\flunders', '/x%5C..%5C..%5C..%5Cother%5Cflunders'],
    ['the sign of a fragment', '/a#b', '/a%23b'],
    ['an escaped slash', '/a%2Fb', '/a%2Fb'],
    ['a query', '?a=b\\..#c', '?a=b%5C..%23c'],
  ])('%s', async (_what, written, sent) => {
    await ask('GET', `${mine}${written}`);
    expect(world.extension.seen.at(-1)).toMatchObject({ path: `${mine}${sent}`, headers: { 'x-remote-user': 'eve' } });
    await say(`GET ${mine}${written} HTTP/1.1\r\nhost: api\r\nconnection: close\r\n\r\n`);
    expect(world.extension.seen.at(-1)?.path).toBe(`${mine}${sent}`);
  });
});

describe('a body without a length', () => {
  const hidden = 'GET / HTTP/1.1\r\nhost: api\r\nx-remote-user: admin\r\n\r\n';
  const bodies: string[] = [];
  beforeAll(() => {
    world.extension.misbehave = (request, response) => {
      void text(request).then((body) => {
        bodies.push(`${request.method} ${body}`);
        response.end('{}');
      });
      return true;
    };
  });

  it.each(['GET', 'DELETE', 'POST', 'PUT', 'PATCH'])('of a %s ends where the client has ended it', async (method) => {
    expect(await ask(method, `${mine}/a`, hidden)).toBe(200);
    expect(bodies.at(-1)).toBe(`${method} ${hidden}`);
  });

  it('of HTTP/1.1 arrives whole, also where something is deleted', async () => {
    const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    const head = `DELETE ${mine}/a HTTP/1.1\r\nhost: api\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`;
    expect(await say(`${head}${chunk}`)).toMatch(/^HTTP\/1.1 200 /);
    expect(bodies.at(-1)).toBe(`DELETE ${hidden}`);
  });

  it('is not made up where the client sends none', async () => {
    expect(await ask('GET', `${mine}/a`)).toBe(200);
    expect(world.extension.seen.at(-1)?.headers).not.toHaveProperty('transfer-encoding');
  });
});
