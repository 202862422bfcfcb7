import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { noPty } from '../../no-pty.ts';
import { unless } from '../../unless.ts';
import { type StreamCluster, startStreamCluster } from './cluster.ts';
import { running } from './process-backend.ts';

let cluster: StreamCluster;
let echo: Server;
let port: number;

beforeAll(async () => {
  cluster = await startStreamCluster();
  await cluster.addPod({
    name: 'web',
    podIP: '127.0.0.1',
    containers: [{ name: 'main', status: running('main', 'web-main') }],
  });
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  port = (echo.address() as AddressInfo).port;
});

afterAll(async () => {
  echo.close();
  await cluster.close();
});

/** Opens a stream of the pod and collects what comes, by channel. */
async function open(path: string, protocols: string[]) {
  const { url, ca, admin } = cluster.api;
  const socket = new WebSocket(`${url}/api/v1/namespaces/default/pods/web/${path}`, protocols, {
    ca,
    cert: admin.certificate,
    key: admin.key,
  });
  const channels: Record<number, Buffer> = {};
  const base64 = protocols.some((protocol) => protocol.includes('base64'));
  socket.on('message', (message: Buffer) => {
    const channel = base64 ? Number(String.fromCharCode(message[0] ?? 0)) : (message[0] ?? -1);
    const data = base64 ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1);
    channels[channel] = Buffer.concat([channels[channel] ?? Buffer.alloc(0), data]);
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  const send = (channel: number, data: string): void =>
    socket.send(
      base64 ? `${channel}${Buffer.from(data).toString('base64')}` : Buffer.from([channel, ...Buffer.from(data)]),
    );
  return { socket, send, closed, text: (channel: number) => channels[channel]?.toString('latin1') };
}

const execute = (...command: string[]): string =>
  `exec?stdout=true&stderr=true&stdin=true&${command.map((word) => `command=${encodeURIComponent(word)}`).join('&')}`;

test.each([
  ['v5.channel.k8s.io', '{"metadata":{},"status":"Success"}'],
  ['v4.channel.k8s.io', '{"metadata":{},"status":"Success"}'],
  ['v4.base64.channel.k8s.io', '{"metadata":{},"status":"Success"}'],
  ['channel.k8s.io', undefined],
  ['base64.channel.k8s.io', undefined],
])('%s carries a command, its output by channel and its success', async (protocol, status) => {
  const client = await open(execute('sh', '-c', 'read line; echo "got $line"; echo oops >&2'), [protocol]);
  expect(client.socket.protocol).toBe(protocol);
  client.send(0, 'héllo\n');
  expect(await client.closed).toBe(1000);
  expect([1, 2, 3].map(client.text)).toEqual([Buffer.from('got héllo\n').toString('latin1'), 'oops\n', status]);
});

test('a client that names no protocol gets channels', async () => {
  const client = await open(execute('echo', 'plain'), []);
  await client.closed;
  expect([client.socket.protocol, client.text(1)]).toEqual(['', 'plain\n']);
});

test('of several protocols the first that is known is taken', async () => {
  const client = await open(execute('true'), ['v9.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io']);
  await client.closed;
  expect(client.socket.protocol).toBe('v4.channel.k8s.io');
});

/** The messages of a log over WebSocket, as they came. */
async function log(query: string, protocols: string[]) {
  const { url, ca, admin } = cluster.api;
  const socket = new WebSocket(`${url}/api/v1/namespaces/default/pods/web/log${query}`, protocols, {
    ca,
    cert: admin.certificate,
    key: admin.key,
  });
  const messages: string[] = [];
  socket.on('message', (message: Buffer) => messages.push(message.toString()));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return { socket, messages, closed };
}

test.each([
  ['binary.k8s.io', 'a line\n'],
  ['base64.binary.k8s.io', Buffer.from('a line\n').toString('base64')],
])('a log comes over %s, after an empty message', async (protocol, expected) => {
  cluster.backend.log('web-main').append('a line');
  const { socket, messages, closed } = await log('?container=main&tailLines=1', [protocol]);
  expect([await closed, socket.protocol, messages.join('')]).toEqual([1000, protocol, expected]);
  expect(messages[0]).toBe('');
});

test('a log that is followed ends on the node when its client leaves', async () => {
  const source = cluster.backend.log('web-main');
  const { socket } = await log('?follow=true', []);
  await expect.poll(() => source.readers()).toBe(1);
  socket.close();
  await expect.poll(() => source.readers()).toBe(0);
});

test('a log that cannot be had is refused before the connection is one', async () => {
  await expect(log('?container=other', [])).rejects.toThrow('Unexpected server response: 400');
});

test('an exit code comes as a status with its cause', async () => {
  const client = await open(execute('sh', '-c', 'exit 42'), ['v4.channel.k8s.io']);
  await client.closed;
  expect(JSON.parse(client.text(3) ?? '')).toEqual({
    metadata: {},
    status: 'Failure',
    message: 'command terminated with non-zero exit code: error executing command [sh -c exit 42], exit code 42',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '42' }] },
  });
});

test("v5's close message ends the input", async () => {
  const client = await open(execute('cat'), ['v5.channel.k8s.io']);
  client.send(0, 'the end');
  client.socket.send(Buffer.from([255, 0]));
  await client.closed;
  expect(client.text(1)).toBe('the end');
});

unless(noPty).test('a size on channel 4 resizes the terminal', async () => {
  const script = 'until [ "$(stty size)" = "33 99" ]; do sleep 0.02; done; echo sized';
  const command = `exec?stdout=true&stdin=true&tty=true&command=sh&command=-c&command=${encodeURIComponent(script)}`;
  const client = await open(command, ['v4.channel.k8s.io']);
  client.send(4, '{"Width":99,"Height":33}');
  await client.closed;
  expect(client.text(1)).toBe('sized\r\n');
});

test('a client that leaves ends the input of its command', async () => {
  const name = `skiff-left-${process.pid}`;
  const client = await open(execute('sh', '-c', `echo up; cat; echo gone > ${cluster.folder}/${name}`), [
    'v5.channel.k8s.io',
  ]);
  await expect.poll(() => client.text(1)).toBe('up\n');
  client.socket.terminate();
  await expect.poll(() => existsSync(`${cluster.folder}/${name}`)).toBe(true);
});

test('a protocol that nobody knows is refused', async () => {
  await expect(open(execute('true'), ['v9.channel.k8s.io'])).rejects.toThrow('Unexpected server response: 403');
});

test('forwards each port on a pair of channels that start with its number', async () => {
  const client = await open(`portforward?ports=${port}&ports=1`, ['v4.channel.k8s.io']);
  const number = (value: number): string => String.fromCharCode(value & 255, value >> 8);
  await expect.poll(() => [0, 1, 2].map(client.text)).toEqual([number(port), number(port), number(1)]);
  client.send(0, 'echo me');
  await expect.poll(() => client.text(0)).toBe(`${number(port)}echo me`);
  await expect.poll(() => client.text(3)).toContain('error forwarding port 1 to pod default/web');
  client.socket.close();
  await client.closed;
});
