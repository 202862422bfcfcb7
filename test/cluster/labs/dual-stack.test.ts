/** A cluster with addresses of both families: `skiff start --ip-family dual`. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { unless } from '../../unless.ts';
import { TestCluster } from '../harness.ts';

const { test } = unless(existsSync('/proc/net/if_inet6') ? undefined : 'this kernel has no IPv6');
const cluster = new TestCluster('dual');
const kubectl = (...args: string[]) => cluster.kubectl(args);
const read = async (...args: string[]) => JSON.parse(await kubectl('get', ...args, '-o', 'json'));

/** Serves its own name in both families. */
const server = { image: 'busybox:1', command: ['httpd', '-f', '-p', '[::]:80', '-h', '/etc'] };
const podOn = (worker: string, name: string, container: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: {
    nodeName: `skiff-dual-${worker}`,
    containers: [{ name: 'main', ...container }],
    terminationGracePeriodSeconds: 0,
  },
});
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ipFamilyPolicy: 'RequireDualStack', selector: { app: 'web' }, ports: [{ port: 80 }] },
};

beforeAll(async () => {
  await cluster.start('--nodes', '2', '--ip-family', 'dual');
});
afterAll(() => cluster.delete());

test('nodes, pods and services have addresses of both families, and answer at each of them', async () => {
  const items = [
    podOn('worker', 'web', server),
    podOn('control-plane', 'client', { image: 'client:1', command: ['sleep', 'infinity'] }),
    service,
  ];
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
  const ipv6 = expect.stringMatching(/^fd[0-9a-f]{2}:/);
  const worker = await read('node', 'skiff-dual-worker');
  expect(worker.status.addresses).toContainEqual({ type: 'InternalIP', address: ipv6 });
  expect(worker.spec.podCIDRs).toEqual(['10.244.1.0/24', 'fd00:10:244:f401::/64']);
  const { podIPs } = (await read('pod', 'web')).status;
  expect(podIPs).toEqual([{ ip: '10.244.1.2' }, { ip: 'fd00:10:244:f401::2' }]);
  const { clusterIPs } = (await read('service', 'web')).spec;
  expect(clusterIPs).toEqual([expect.stringMatching(/^10\./), ipv6]);
  const ask = (...args: string[]) => kubectl('exec', 'client', '--', 'curl', '-sS', '-m', '10', ...args);
  for (const host of [podIPs[0].ip, `[${podIPs[1].ip}]`, clusterIPs[0], `[${clusterIPs[1]}]`]) {
    expect(await ask(`http://${host}/hostname`)).toBe('web\n');
  }
  expect(await ask('-6', 'http://web/hostname')).toBe('web\n');
});
