import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
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
