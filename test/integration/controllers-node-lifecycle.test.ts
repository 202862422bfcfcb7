import { afterAll, beforeAll, expect, it } from 'vitest';
import { leases } from '../../agent/api/coordination/lease.ts';
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { isPodReady } from '../../agent/api/pods.ts';
import type { core } from '../../agent/api/types.ts';
import { microTimestamp } from '../../agent/clock.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
let clock: FakeClock;
beforeAll(async () => {
  clock = createFakeClock(Date.now());
  cluster = await startControlPlane({ clock, nodes: { alive: {}, silent: {} } });
});
afterAll(() => cluster.close());

const node = (name: string) => cluster.informers.for(nodes).get(name);
const readyOf = (name: string) => node(name)?.status?.conditions?.find(({ type }) => type === 'Ready');
const pod = (name: string) => cluster.informers.for(pods).get(`default/${name}`);

async function renew(name: string): Promise<void> {
  const lease = await cluster.client.resource(leases).get(name, 'kube-node-lease');
  const written = await cluster.client
    .resource(leases)
    .update({ ...lease, spec: { ...lease.spec, renewTime: microTimestamp(Date.now()) } });
  await cluster.informers.for(leases).caughtUp(written);
}
/** Time goes by in the steps in which nodes renew their leases. */
async function pass(seconds: number, renewing: string[]): Promise<void> {
  for (let gone = 0; gone < seconds; gone += 5) {
    for (const name of renewing) await renew(name);
    await clock.advance(5_000);
  }
}
async function create(name: string, nodeName: string, toleration: core.Toleration): Promise<void> {
  await cluster.client.resource(pods).create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName, containers: [{ name: 'main', image: 'web:1.0' }], tolerations: [toleration] },
  });
  await expect.poll(() => [pod(name)].some((found) => found && isPodReady(found))).toBe(true);
}
const unreachable = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' } as const;
const evictions = (): Promise<string> =>
  cluster.kubectl('get', 'events', '-o', 'jsonpath={.items[?(@.reason=="TaintManagerEviction")].message}');

describe('a node that somebody taints', () => {
  const toleration = { key: 'mine', operator: 'Exists', effect: 'NoExecute' } as const;

  it('loses a pod when its toleration has run out, counted from when the taint was put there', async () => {
    await create('patient', 'alive', { ...toleration, tolerationSeconds: 20 });
    await create('content', 'alive', toleration);
    await pass(30, ['alive', 'silent']);
    await cluster.kubectl('taint', 'node', 'alive', 'mine=:NoExecute');
    await expect.poll(() => node('alive')?.spec.taints?.length).toBe(1);
    await pass(15, ['alive', 'silent']);
    expect(pod('patient')?.metadata.deletionTimestamp).toBeUndefined();
    await pass(10, ['alive', 'silent']);
    await expect.poll(() => pod('patient')).toBeUndefined();
    expect(pod('content')?.metadata.deletionTimestamp).toBeUndefined();
    expect(await evictions()).toBe('Marking for deletion Pod default/patient');
  });

  it('keeps a pod that comes to it later for as long as that one tolerates it', async () => {
    await create('late', 'alive', { ...toleration, tolerationSeconds: 20 });
    await pass(15, ['alive', 'silent']);
    expect(pod('late')?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('says that a pod may stay after all where the taint is taken away', async () => {
    await cluster.kubectl('taint', 'node', 'alive', 'mine-');
    await expect.poll(evictions).toContain('Cancelling deletion of Pod default/late');
    await pass(10, ['alive', 'silent']);
    expect(pod('late')?.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('a node that falls silent', () => {
  it('is left alone while it renews its lease', async () => {
    await create('short', 'silent', { ...unreachable, tolerationSeconds: 60 });
    await create('forever', 'silent', unreachable);
    await pass(60, ['alive', 'silent']);
    expect([readyOf('alive')?.status, readyOf('silent')?.status]).toEqual(['True', 'True']);
    expect(node('silent')?.spec.taints ?? []).toEqual([]);
  });

  it('is unknown and tainted after 40 s, and its pods are told so', async () => {
    await pass(45, ['alive']);
    await expect.poll(() => readyOf('silent')?.status).toBe('Unknown');
    expect(readyOf('silent')).toMatchObject({
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    await expect
      .poll(() => node('silent')?.spec.taints?.map(({ key, effect }) => `${key}:${effect}`))
      .toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
    expect(readyOf('alive')?.status).toBe('True');
    const template = 'jsonpath={.items[?(@.reason=="NodeNotReady")].message}';
    const messages = await cluster.kubectl('get', 'events', '-o', template);
    expect(messages).toContain('Node silent status is now: NodeNotReady');
    expect(messages).toContain('Node is not ready');
  });

  it('loses its pods when their tolerations have run out, and only those', async () => {
    expect(pod('short')?.metadata.deletionTimestamp).toBeUndefined();
    await pass(65, ['alive']);
    await expect.poll(() => pod('short')).toBeUndefined();
    expect(pod('forever')?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('is schedulable again when it comes back', async () => {
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: '2026-01-01T00:00:00Z' },
    ];
    await cluster.client
      .resource(nodes)
      .patch(
        'silent',
        undefined,
        'application/strategic-merge-patch+json',
        { status: { conditions } },
        { subresource: 'status' },
      );
    await expect.poll(() => node('silent')?.spec.taints ?? []).toEqual([]);
  });

  it('takes its pods along when it is deleted for good', async () => {
    await cluster.kubectl('delete', 'node', 'silent');
    await clock.advance(1_000);
    await pass(45, ['alive']);
    await expect.poll(() => pod('forever')).toBeUndefined();
  });
});

describe('a node that never was', () => {
  it('does not have its pods made anew faster than they wait for it', async () => {
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'lost' },
      spec: {
        selector: { matchLabels: { app: 'lost' } },
        template: {
          metadata: { labels: { app: 'lost' } },
          spec: { nodeName: 'never', containers: [{ name: 'main', image: 'web:1.0' }] },
        },
      },
    });
    const names = () =>
      cluster.informers
        .for(pods)
        .list()
        .filter(({ metadata }) => metadata.labels?.app === 'lost')
        .map(({ metadata }) => metadata.name);
    await expect.poll(names).toHaveLength(1);
    const first = names();
    await pass(45, ['alive']);
    await expect.poll(names).not.toEqual(first);
    await expect.poll(names).toHaveLength(1);
    const second = names();
    await pass(30, ['alive']);
    expect(names()).toEqual(second);
    await pass(15, ['alive']);
    await expect.poll(names).not.toEqual(second);
    await cluster.kubectl('delete', 'replicaset', 'lost');
  });
});
