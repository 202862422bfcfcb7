/** Clients that come while the server still starts. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../../agent/store/memory.ts';
import type { Store } from '../../../../../agent/store/store.ts';
import { createAuthority } from '../../../../../main/cluster/pki.ts';
import { startApi, type TestApi } from '../api.ts';

let ca: string;
let port: number;
let starting: Promise<TestApi>;
/** Lets the store write. */
let write: () => void;

/** Of this moment: nobody listens there. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

/** A store that writes nothing before `write` is called. */
function heldStore(): Store {
  const store = createMemoryStore();
  const released = Promise.withResolvers<void>();
  write = released.resolve;
  return { ...store, create: (key, value) => released.promise.then(() => store.create(key, value)) };
}

beforeEach(async () => {
  const authority = await createAuthority('kubernetes');
  ca = authority.certificate;
  const { certificate: cert, key } = await authority.issue({
    commonName: 'api',
    hosts: ['127.0.0.1'],
    usages: ['server'],
  });
  port = await freePort();
  const listen = { host: '127.0.0.1', port, tls: { cert, key, ca }, advertise: '192.0.2.1' };
  starting = startApi({ store: heldStore(), listen });
});
afterEach(async () => {
  write();
  await (await starting).close();
});

/** Resolves with a connection, once the server accepts one. */
async function connected() {
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port, ca });
    try {
      await once(socket, 'secureConnect');
      return socket;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) throw error;
    }
  }
}

it('are answered when all that a cluster starts with is there, and not before', async () => {
  const socket = await connected();
  let answered = false;
  const request = httpsRequest({ path: '/readyz', createConnection: () => socket, headers: { connection: 'close' } });
  request.end();
  const answer = once(request, 'response') as Promise<[IncomingMessage]>;
  void answer.then(() => {
    answered = true;
  });
  // A second client is accepted and waits as well: the first request has been read by then.
  (await connected()).destroy();
  expect(answered).toBe(false);

  write();
  const [response] = await answer;
  expect([response.statusCode, await text(response)]).toEqual([200, 'ok']);
  const api = await starting;
  expect((await api.request('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin')).status).toBe(200);
  const slice = await api.get('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes');
  expect(slice).toMatchObject({ endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port }] });
});

it('may ask for a watch over a WebSocket as well', async () => {
  const socket = await connected();
  socket.write(
    [
      'GET /api/v1/namespaces?watch=true HTTP/1.1',
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  );
  (await connected()).destroy();
  expect(socket.readableLength).toBe(0);
  write();
  const [head] = (await once(socket, 'data')) as [Buffer];
  // Nobody in particular may not watch; but that is known only now.
  expect(head.toString()).toMatch(/^HTTP\/1\.1 403 /);
  socket.destroy();
});
