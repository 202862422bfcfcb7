import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCondition, withCondition } from '../../../../../agent/api/conditions.ts';
import { nodes } from '../../../../../agent/api/core/node.ts';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { Pod } from '../../../../../agent/api/types.ts';
import { type Client, createClient } from '../../../../../agent/client/client.ts';
import { createInformers, type Informers } from '../../../../../agent/client/informer.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { startMirrorPods } from '../../../../../agent/kubelet/mirror/mirror-pods.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { theConfig } from '../../../../builders/node.ts';
import { startApi, type TestApi } from '../../apiserver/api.ts';

const config = { ...theConfig, nodeName: 'n' };

let api: TestApi;
let stop: AbortController;
let client: Client;
let informers: Informers;
beforeEach(async () => {
  api = await startApi();
  stop = new AbortController();
  client = createClient(api.server.transport({ username: 'admin', groups: ['system:masters'] }));
  const log = createLogger('test', () => {});
  informers = createInformers(client, { clock: systemClock, log, signal: stop.signal });
});
afterEach(async () => {
  stop.abort();
  await api.close();
});

const owner = ({ metadata }: Pod): string => `${metadata.name} of ${metadata.ownerReferences?.[0]?.uid}`;
const makeNode = () =>
  client.resource(nodes).create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} });

function start(addresses: Record<string, string> = {}) {
  const [nodeInformer, informer] = [informers.for(nodes), informers.for(pods)];
  const log = createLogger('test', () => {});
  const { signal } = stop;
  const components = ['kube-proxy', 'coredns'];
  const shared = { client, clock: systemClock, log, signal, config, components, addresses, startedAt: 0 };
  startMirrorPods({ ...shared, nodes: nodeInformer, informer });
}

test('a node that is deleted has no mirror pods made for it, and one that comes back has its own', async () => {
  const informer = informers.for(pods);
  const made: string[] = [];
  informer.onChange(({ type, object }) => type === 'added' && made.push(owner(object)));

  const first = (await makeNode()).metadata.uid;
  start();
  await expect.poll(() => informer.list().filter(({ status }) => status?.phase === 'Running')).toHaveLength(2);
  await client.resource(nodes).delete('n', undefined);
  await expect.poll(() => informers.for(nodes).list()).toEqual([]);
  await client.resource(pods).delete('kube-proxy-n', 'kube-system', { gracePeriodSeconds: 0 });
  await expect.poll(() => informer.list()).toHaveLength(1);

  const second = (await makeNode()).metadata.uid;
  const wanted = [`coredns-n of ${second}`, `kube-proxy-n of ${second}`];
  await expect.poll(() => informer.list().map(owner).sort()).toEqual(wanted);
  expect(made.sort()).toEqual([`coredns-n of ${first}`, `kube-proxy-n of ${first}`, ...wanted].sort());
});

test('a component that speaks from an address of its own is shown with that, the others on the network of the node', async () => {
  await makeNode();
  start({ 'kube-proxy': '10.244.0.1' });
  const shown = (name: string) => {
    const { spec, status } = informers.for(pods).get(`kube-system/${name}-n`) ?? {};
    return [status?.podIP, status?.hostIP, spec?.hostNetwork];
  };
  await expect.poll(() => shown('kube-proxy')).toEqual(['10.244.0.1', config.nodeIP, undefined]);
  await expect.poll(() => shown('coredns')).toEqual([config.nodeIP, config.nodeIP, true]);
});

test('what was marked as not ready while the node was silent is ready again', async () => {
  await makeNode();
  start();
  const proxy = () => informers.for(pods).get('kube-system/kube-proxy-n');
  const ready = () => findCondition(proxy()?.status?.conditions, 'Ready');
  await expect.poll(() => ready()?.status).toBe('True');
  const before = ready()?.lastTransitionTime;
  const marked = { type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' } as const;
  const conditions = withCondition(proxy()?.status?.conditions, marked);
  await client
    .resource(pods)
    .patch(
      'kube-proxy-n',
      'kube-system',
      'application/merge-patch+json',
      { status: { conditions } },
      { subresource: 'status' },
    );
  await expect.poll(() => ready()?.lastTransitionTime).not.toBeOneOf([before, marked.lastTransitionTime]);
  expect(ready()?.status).toBe('True');
  expect(proxy()?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
});
