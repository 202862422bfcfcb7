/** Nodes that come and go while a cluster runs, by the command; on simulated nodes, which need no engine. */
import { afterAll, beforeAll, expect } from 'vitest';
import { TestCluster } from '../cluster/harness.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';

const { test } = unless(noKubectl);

const cluster = new TestCluster('come-and-go');
cluster.env.SKIFF_ENGINE = 'none';
const kubectl = (...args: string[]) => cluster.kubectl(args);
const prefix = 'skiff-come-and-go-simulated';
const nodes = async () => (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ').sort();
const podsOn = (node: string) =>
  kubectl('get', 'pods', '-o', 'name', '--field-selector', `spec.nodeName=${prefix}-${node}`);

beforeAll(() => cluster.start('--runtime', 'simulated', '--nodes', '2', '--label', 'tier=first'));
afterAll(() => cluster.delete());

test('a node is added with a size, labels and taints of its own, and everything else goes on', async () => {
  await kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=4');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  const before = await kubectl('get', 'pods', '-o', 'name');
  const shape = ['--cpus', '0.5', '--memory', '1Gi', '--label', 'disk=ssd', '--taint', 'big=yes:NoSchedule'];
  const { code, stdout } = await cluster.skiff('node', 'add', '--name', 'big', ...shape);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/-big +worker +198\.18\.0\.4 +Ready$/m)]);
  const big = JSON.parse(await kubectl('get', 'node', `${prefix}-big`, '-o', 'json'));
  expect(big).toMatchObject({
    metadata: { labels: { disk: 'ssd' } },
    spec: { podCIDR: '10.128.2.0/24', taints: [{ key: 'big', value: 'yes', effect: 'NoSchedule' }] },
    status: { capacity: { cpu: '500m', memory: '1Gi' }, allocatable: { cpu: '500m', memory: '1Gi' } },
  });
  expect(big.metadata.labels).not.toHaveProperty('tier');
  expect(await kubectl('get', 'nodes', '-l', 'tier=first', '-o', 'name')).toBe(`node/${prefix}-worker\n`);
  expect(await kubectl('get', 'pods', '-o', 'name')).toBe(before);
});

test('a name that is taken is refused, and nothing has changed', async () => {
  const { code, stderr } = await cluster.skiff('node', 'add', '--name', 'big');
  expect([code, stderr]).toEqual([1, expect.stringContaining(`has a node ${prefix}-big already`)]);
  expect(await nodes()).toEqual([`${prefix}-big`, `${prefix}-control-plane`, `${prefix}-worker`]);
});

test('the control plane, and what nothing would make again, are not removed', async () => {
  expect(await cluster.skiff('node', 'remove', 'control-plane')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is the control plane: without it there is no cluster'),
  });
  await kubectl('run', 'bare', '--image=nginx');
  await kubectl('wait', '--for=condition=Ready', 'pod/bare', '--timeout=60s');
  expect(await cluster.skiff('node', 'remove', 'worker')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`removing ${prefix}-worker would lose default/bare (no controller makes it again)`),
  });
  const { spec } = JSON.parse(await kubectl('get', 'node', `${prefix}-worker`, '-o', 'json'));
  expect(spec).not.toHaveProperty('unschedulable');
  await kubectl('delete', 'pod', 'bare', '--now');
});

test('the pods of a removed node move as their disruption budget allows, and its gap is filled', async () => {
  await kubectl('create', 'pdb', 'web', '--selector=app=web', '--min-available=3');
  await cluster.skiff('node', 'add', '--count', '2');
  expect(await nodes()).toEqual(
    ['big', 'control-plane', 'worker', 'worker2', 'worker3'].map((name) => `${prefix}-${name}`),
  );
  await kubectl('label', 'node', `${prefix}-worker2`, 'mine=yes');
  expect(await podsOn('worker')).not.toBe('');
  expect(await cluster.skiff('node', 'remove', 'worker')).toMatchObject({ code: 0 });
  expect(await kubectl('get', 'pods', '-l', 'app=web', '--no-headers')).toMatch(/^(\S+ +1\/1 +Running .*\n){4}$/);
  expect(await nodes()).not.toContain(`${prefix}-worker`);
  await cluster.skiff('node', 'add');
  const again = JSON.parse(await kubectl('get', 'node', `${prefix}-worker`, '-o', 'json'));
  expect(again).toMatchObject({ spec: { podCIDR: '10.128.1.0/24' } });
  expect(again.metadata.labels).not.toHaveProperty('tier');
});

test('after a stop and a start the added nodes are there, with their sizes and what users said of them', async () => {
  await cluster.skiff('stop');
  expect(await cluster.skiff('node', 'add')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('`skiff start --profile come-and-go` starts the cluster'),
  });
  await cluster.start();
  expect(await nodes()).toHaveLength(5);
  const sizes = await kubectl('get', 'nodes', `${prefix}-big`, '-o', 'jsonpath={.status.capacity.cpu} {.spec.podCIDR}');
  expect(sizes).toBe('500m 10.128.2.0/24');
  expect(await kubectl('get', 'nodes', '-l', 'mine=yes', '-o', 'name')).toBe(`node/${prefix}-worker2\n`);
});
