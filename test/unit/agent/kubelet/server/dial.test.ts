import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { dialPod } from '../../../../../agent/kubelet/server/dial.ts';

const never = new AbortController().signal;

test('the address of the pod is dialled, and each half is closed by itself', async () => {
  const server = createServer({ allowHalfOpen: true }, async (socket) => socket.end(`got ${await text(socket)}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = await dialPod({ ip: '127.0.0.1', pid: 0, port: (server.address() as AddressInfo).port }, never);
  connection.end('all of it');
  expect(await text(connection)).toBe('got all of it');
  server.close();
});

test('a refusal is told where there is no namespace to look into', async () => {
  await expect(dialPod({ ip: '127.0.0.1', pid: 0, port: 1 }, never)).rejects.toThrow(
    'connect ECONNREFUSED 127.0.0.1:1',
  );
});

test('a pod without address and process has no network', async () => {
  await expect(dialPod({ pid: 0, port: 80 }, never)).rejects.toThrow('the pod has no network');
});

test('a client that has gone dials nothing', async () => {
  await expect(dialPod({ ip: '127.0.0.1', pid: 0, port: 1 }, AbortSignal.abort(new Error('gone')))).rejects.toThrow(
    'gone',
  );
});
