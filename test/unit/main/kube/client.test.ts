import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../../../main/cluster/pki.ts';
import { connectTo } from '../../../../main/kube/client.ts';

test('the body of every method arrives with its own request, on one connection', async () => {
  const got: string[] = [];
  const sockets = new Set<unknown>();
  const server = createServer(async (request, response) => {
    sockets.add(request.socket);
    let body = '';
    for await (const chunk of request) body += chunk;
    got.push(`${request.method} ${body}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = connectTo({ server: `http://127.0.0.1:${port}`, insecure: false });
  for (const method of ['DELETE', 'PATCH', 'DELETE'] as const) {
    const { status, body } = await connection.request({ method, path: '/x', body: '{"grüße":1}' });
    for await (const _ of body);
    expect(status).toBe(200);
  }
  expect(got).toEqual(['DELETE {"grüße":1}', 'PATCH {"grüße":1}', 'DELETE {"grüße":1}']);
  expect(sockets.size).toBe(1);
  connection.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('of hundreds of requests at once', () => {
  const many = <T>(one: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 320 }, one));
  const failureOf = (request: Promise<unknown>): Promise<string | undefined> =>
    request.then(
      () => 'answered',
      ({ code }: NodeJS.ErrnoException) => code,
    );
  const listening = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  test('each is answered though none of the others ends', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ commonName: 'api', usages: ['server'], hosts: ['127.0.0.1'] });
    const server = createSecureServer({ cert: certificate, key }, (_, response) => response.write('a line\n'));
    const port = await listening(server);
    const certificateAuthority = authority.certificate;
    const connection = connectTo({ server: `https://127.0.0.1:${port}`, insecure: false, certificateAuthority });
    const answers = await many(() => connection.request({ method: 'GET', path: '/log' }));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    connection.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('a few shake hands at a time, and those that fail make room for the others', async () => {
    const held: Socket[] = [];
    let most = 0;
    const server = createTcpServer((socket) => {
      held.push(socket.on('error', () => undefined));
      most = Math.max(most, held.length);
      if (held.length === 32) setImmediate(() => held.splice(0).map((each) => each.destroy()));
    });
    const port = await listening(server);
    const connection = connectTo({ server: `https://127.0.0.1:${port}`, insecure: true });
    const failures = await many(() => failureOf(connection.request({ method: 'GET', path: '/log' })));
    expect(new Set(failures)).toEqual(new Set(['ECONNRESET']));
    expect(most).toBe(32);
    connection.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('those that wait for their turn fail as well when the connection is closed', async () => {
    const server = createTcpServer((socket) => void socket.on('error', () => undefined));
    const port = await listening(server);
    const connection = connectTo({ server: `https://127.0.0.1:${port}`, insecure: true });
    const failures = many(() => failureOf(connection.request({ method: 'GET', path: '/log' })));
    await once(server, 'connection');
    connection.close();
    expect(new Set(await failures)).toEqual(new Set(['ECONNRESET']));
    await new Promise((resolve) => server.close(resolve));
  });
});
