import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { runHook } from '../../../../../agent/kubelet/pods/hooks.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';

const requests: IncomingMessage[] = [];
const server = createServer((request, response) => {
  requests.push(request);
  response.writeHead(500).end();
});
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => void requests.splice(0));
afterAll(() => void server.close());

function run(httpGet: Partial<core.HTTPGetAction>): Promise<void> {
  const container = { name: 'c', image: 'i', ports: [{ name: 'web', containerPort: port }] };
  const runtime = createSimulatedRuntime({ clock: systemClock });
  const target = { runtime, clock: systemClock, containerId: 'c', container, ip: '127.0.0.1' };
  return runHook(target, { httpGet: { port: 'web', ...httpGet } }, AbortSignal.timeout(5_000));
}

test('a hook by HTTP goes to its path with its headers, and any answer will do', async () => {
  await run({ path: 'ready', httpHeaders: [{ name: 'X-Why', value: 'start' }] });
  expect(requests.map(({ url, headers }) => [url, headers['x-why']])).toEqual([['/ready', 'start']]);
});

test('a hook by HTTPS does not speak plain HTTP', async () => {
  await expect(run({ path: '/', scheme: 'HTTPS' })).rejects.toThrow(/SSL|EPROTO|wrong version/i);
  expect(requests).toEqual([]);
});
