import { get } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../../../../agent/api/types.ts';
import { createLogger } from '../../../../agent/log.ts';
import { healthAnswer, startHealthChecks } from '../../../../agent/network/health-checks.ts';
import { aService, aSlice, type EndpointShape } from '../../../builders/network.ts';
import { createFakeClock } from '../../../fakes/clock.ts';
import { createFakeInformer } from '../../../fakes/informer.ts';

const balanced = (healthCheckNodePort: number, more: Partial<Service['spec']> = {}) =>
  aService('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort, ...more });

describe('the answer of a health check', () => {
  const cases: [string, EndpointShape[], boolean, number, number][] = [
    ['is 200 on a node with an endpoint', [{ ip: '10.244.1.5', node: 'n1' }], true, 200, 1],
    ['is 503 on a node without one', [{ ip: '10.244.2.5', node: 'n2' }], true, 503, 0],
    ['does not count endpoints that are not ready', [{ ip: '10.244.1.5', node: 'n1', ready: false }], true, 503, 0],
    [
      'does not count endpoints that terminate, though they serve',
      [{ ip: '10.244.1.5', node: 'n1', ready: false, serving: true, terminating: true }],
      true,
      503,
      0,
    ],
    ['is 503 while the rules of the node are not those of the API', [{ ip: '10.244.1.5', node: 'n1' }], false, 503, 1],
  ];
  test.each(cases)('%s', (_, endpoints, isProxyHealthy, status, count) => {
    const answer = healthAnswer(balanced(32_000), [aSlice('web', endpoints)], { nodeName: 'n1', isProxyHealthy });
    expect(answer).toEqual({
      status,
      headers: {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(count),
      },
      body: `{
\t"service": {
\t\t"namespace": "default",
\t\t"name": "web"
\t},
\t"localEndpoints": ${count},
\t"serviceProxyHealthy": ${isProxyHealthy}
}`,
    });
  });

  test('counts an endpoint of several slices once', () => {
    const endpoints = [{ ip: '10.244.1.5', node: 'n1' }];
    const slices = [aSlice('web', endpoints), aSlice('web', endpoints, [{ port: 81 }], { name: 'web-2' })];
    const { headers } = healthAnswer(balanced(32_000), slices, { nodeName: 'n1', isProxyHealthy: true });
    expect(headers['x-load-balancing-endpoint-weight']).toBe('1');
  });
});

/** A port that nobody has at the moment. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** The status of the answer; undefined if nothing listens. */
const statusAt = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    get({ port, path: '/healthz', agent: false }, (response) => resolve(response.resume().statusCode)).on('error', () =>
      resolve(undefined),
    );
  });

describe('the server of a health check', () => {
  const start = (...initial: Service[]) => {
    const services = createFakeInformer<Service>(initial);
    const endpointSlices = createFakeInformer<EndpointSlice>([aSlice('web', [{ ip: '10.244.1.5', node: 'n1' }])]);
    const end = new AbortController();
    const clock = createFakeClock();
    const log = createLogger('kube-proxy', () => {});
    const common = { config: { nodeName: 'n1' }, services, endpointSlices, clock, log, signal: end.signal };
    startHealthChecks({ ...common, isProxyHealthy: () => true });
    return { services, endpointSlices, clock, end };
  };
  const answers = (port: number) => expect.poll(() => statusAt(port));

  test('follows its service: its port, its endpoints, and whether it needs one', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const { services, endpointSlices, end } = start(balanced(first));
    await answers(first).toBe(200);
    endpointSlices.put(aSlice('web', []));
    expect(await statusAt(first)).toBe(503);
    services.put(balanced(second));
    await answers(second).toBe(503);
    expect(await statusAt(first)).toBeUndefined();
    services.put(balanced(second, { externalTrafficPolicy: 'Cluster' }));
    await answers(second).toBeUndefined();
    services.put(balanced(second));
    await answers(second).toBe(503);
    end.abort();
    await answers(second).toBeUndefined();
  });

  test('waits for a port that is taken', async () => {
    const port = await freePort();
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(port, resolve));
    const { clock, end } = start(balanced(port));
    await clock.advance(500);
    await new Promise((resolve) => other.close(resolve));
    await expect
      .poll(async () => {
        await clock.advance(30_000);
        return statusAt(port);
      })
      .toBe(200);
    end.abort();
  });
});
