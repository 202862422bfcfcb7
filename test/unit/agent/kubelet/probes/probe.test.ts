/** Probes against real servers on this machine's loopback. */
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { probeOnce } from '../../../../../agent/kubelet/probes/probe.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createFakeClock, settle } from '../../../../fakes/clock.ts';

const runtime = createSimulatedRuntime({ clock: createFakeClock() });
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const probe = (handler: Partial<core.Probe>, port: number) =>
  probeOnce(
    { runtime, clock: systemClock },
    { containerId: 'c', container: { name: 'c', ports: [{ name: 'web', containerPort: port }] }, ip: '127.0.0.1' },
    { timeoutSeconds: 5, ...handler },
    new AbortController().signal,
  );

describe('a gRPC probe', () => {
  /** Answers with a health status, or ends with a gRPC status where it is given. */
  const healthServer = (answer: { health?: number; code?: string; message?: string }, heard: Buffer[] = []) =>
    createHttp2((request, response) => {
      request.on('data', (chunk: Buffer) => heard.push(chunk));
      request.on('end', () => {
        response.setHeader('content-type', 'application/grpc');
        response.addTrailers({ 'grpc-status': answer.code ?? '0', 'grpc-message': answer.message ?? '' });
        response.end(answer.health === undefined ? '' : Buffer.from([0, 0, 0, 0, 2, 0x08, answer.health]));
      });
    });

  test.each([
    ['passes where the server serves', { health: 1 }, { success: true, output: '' }],
    [
      'fails where it does not',
      { health: 2 },
      { success: false, output: 'service unhealthy (responded with "NOT_SERVING")' },
    ],
    [
      'fails where the service is unknown',
      { code: '5', message: 'unknown%20service' },
      { success: false, output: 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service' },
    ],
    [
      'fails where the server knows no health',
      { code: '12', message: 'unknown service grpc.health.v1.Health' },
      {
        success: false,
        output:
          'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health',
      },
    ],
  ])('%s', async (_name, answer, result) => {
    const port = await listening(healthServer(answer));
    expect(await probe({ grpc: { port } }, port)).toEqual(result);
  });

  test('names the service', async () => {
    const heard: Buffer[] = [];
    const port = await listening(healthServer({ health: 1 }, heard));
    await probe({ grpc: { port, service: 'orders' } }, port);
    expect(Buffer.concat(heard).subarray(5)).toEqual(Buffer.from('\n\x06orders'));
  });

  /** A port on which nobody listens. */
  const freePort = async (): Promise<number> => {
    const server = createHttp();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  };

  test('fails where nobody listens until its time is up', async () => {
    const port = await freePort();
    expect(await probe({ grpc: { port }, timeoutSeconds: 0.2 }, port)).toEqual({
      success: false,
      output: `timeout: failed to connect service "127.0.0.1:${port}" within 0.2s: context deadline exceeded`,
    });
  });

  test('passes where a server listens only after the first attempts to connect', async () => {
    const port = await freePort();
    const clock = createFakeClock();
    const target = { containerId: 'c', container: { name: 'c' }, ip: '127.0.0.1' };
    const result = probeOnce({ runtime, clock }, target, { grpc: { port } }, new AbortController().signal);
    await settle();
    const server = healthServer({ health: 1 });
    servers.push(server);
    server.listen(port, '127.0.0.1');
    expect(await result).toEqual({ success: true, output: '' });
  });

  test('fails where the server accepts and does not answer', async () => {
    const port = await listening(createTcp());
    const { success, output } = await probe({ grpc: { port }, timeoutSeconds: 0.2 }, port);
    expect([success, output]).toEqual([false, 'timeout: health rpc did not complete within 0.2s']);
  });
});

describe('an HTTP probe', () => {
  test.each([
    [200, { success: true, output: '' }],
    [299, { success: true, output: '' }],
    [304, { success: true, output: '', warning: 'Probe terminated redirects, Response body: ' }],
    [503, { success: false, output: 'HTTP probe failed with statuscode: 503' }],
  ])('judges by the status %i', async (status, result) => {
    const port = await listening(createHttp((_request, response) => response.writeHead(status).end()));
    expect(await probe({ httpGet: { path: '/healthz', port: 'web' } }, port)).toEqual(result);
  });

  test.each([
    ['/same', { success: false, output: 'HTTP probe failed with statuscode: 404' }],
    [
      '/circle',
      expect.objectContaining({ success: false, output: expect.stringContaining('stopped after 10 redirects') }),
    ],
    ['/elsewhere', { success: true, output: '', warning: 'Probe terminated redirects, Response body: moved' }],
  ])('follows redirects on its host alone: %s', async (path, result) => {
    const targets = new Map([
      ['/same', '/missing'],
      ['/circle', '/circle'],
      ['/elsewhere', 'http://localhost:1/'],
    ]);
    const server = createHttp((request, response) => {
      const location = targets.get(request.url ?? '');
      response.writeHead(location ? 302 : 404, location ? { location } : {}).end('moved');
    });
    const port = await listening(server);
    expect(await probe({ httpGet: { path, port } }, port)).toEqual(result);
  });

  test('sends its headers, of which the host may be one', async () => {
    const heard: (string | undefined)[] = [];
    const server = createHttp(({ headers }, response) => {
      heard.push(headers.host, headers['x-why']?.toString());
      response.end();
    });
    const port = await listening(server);
    const httpHeaders = [
      { name: 'Host', value: 'example.test' },
      { name: 'X-Why', value: 'probe' },
    ];
    await probe({ httpGet: { port, httpHeaders } }, port);
    expect(heard).toEqual(['example.test', 'probe']);
  });

  test('says what it asked for and how that failed', async () => {
    const server = createHttp();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await probe({ httpGet: { path: 'healthz', port } }, port)).toEqual({
      success: false,
      output: `Get "http://127.0.0.1:${port}/healthz": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
  });
});

test('a TCP probe passes where somebody listens', async () => {
  const port = await listening(createHttp());
  expect(await probe({ tcpSocket: { port } }, port)).toEqual({ success: true, output: '' });
});
