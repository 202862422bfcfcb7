/** What nodes and pods use, as `kubectl top` and autoscalers ask for it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../../../agent/api/stats.ts';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { settle } from '../../../fakes/clock.ts';
import { availableIn, eventually } from './aggregation/world.ts';
import { inDefault, pod, startApi, type TestApi } from './api.ts';
import { tableOf } from './kinds/table.ts';

// The server loads it with the first question; here it is there already.
import '../../../../agent/apiserver/resource-metrics/objects.ts';

const metrics = '/apis/metrics.k8s.io/v1beta1';
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const registration = `${apiServices}/v1beta1.metrics.k8s.io`;

let api: TestApi;
/** Seconds of CPU that each container of a node has used, by the name of the container. */
let used: Record<string, number>;
let asked: string[];
let uids: Record<string, string>;

const now = (): string => new Date(api.clock.now()).toISOString();
const measured = (seconds: number, bytes: number) => ({
  startTime: '2025-12-31T00:00:00Z',
  cpu: { time: now(), usageCoreNanoSeconds: seconds * 1e9 },
  memory: { time: now(), usageBytes: bytes, workingSetBytes: bytes, rssBytes: bytes },
});
const podStats = (name: string, containers: readonly string[]) => ({
  podRef: { name, namespace: 'default', uid: uids[name] ?? '' },
  startTime: '2025-12-31T00:00:00Z',
  containers: containers
    .filter((container) => used[container] !== undefined)
    .map((container) => ({ name: container, ...measured(used[container] ?? 0, 8 << 20) })),
});
async function readNode(node: string): Promise<Summary> {
  asked.push(node);
  if (node === 'broken') throw new Error('connection refused');
  return { node: { nodeName: node, ...measured(used.node ?? 0, 1 << 30) }, pods: [podStats('web', ['main', 'side'])] };
}

const open = async (store = createMemoryStore()) => {
  api = await startApi({ readNode: () => readNode, store });
};
const aNode = (name: string, ready: 'True' | 'False' = 'True') =>
  api.create('/api/v1/nodes', { metadata: { name, labels: { size: name } } }).then(() =>
    api.request(
      'PATCH',
      `/api/v1/nodes/${name}/status`,
      { status: { conditions: [{ type: 'Ready', status: ready }] } },
      {
        'content-type': 'application/merge-patch+json',
      },
    ),
  );

beforeEach(async () => {
  [used, asked, uids] = [{ node: 10, main: 5, side: 1 }, [], {}];
  await open();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
  await aNode('worker');
  const { metadata } = await api.create(inDefault('pods'), {
    ...pod('web'),
    metadata: { name: 'web', labels: { app: 'web' } },
  });
  uids = { web: metadata.uid };
});
afterEach(() => api.close());

/** Lets the second between the two samples of a first question pass, in which each container uses half a core. */
async function measure<T>(question: Promise<T>): Promise<T> {
  await settle();
  used = Object.fromEntries(Object.entries(used).map(([name, seconds]) => [name, seconds + 0.5]));
  await api.clock.advance(1_000);
  return question;
}
const podsPath = `${metrics}/namespaces/default/pods`;

describe('what is used', () => {
  it('by a node is a rate of CPU over a window, and the memory at its end', async () => {
    expect(await measure(api.get(`${metrics}/nodes/worker`))).toMatchObject({
      kind: 'NodeMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: 'worker', labels: { size: 'worker' }, creationTimestamp: '2026-01-01T00:00:01Z' },
      timestamp: '2026-01-01T00:00:01Z',
      window: '1s',
      usage: { cpu: '500m', memory: '1Gi' },
    });
  });

  it('by a pod is listed by its containers', async () => {
    const { kind, items } = (await measure(api.list(`${metrics}/pods`))) as { kind: string; items: AnyObject[] };
    expect(kind).toBe('PodMetricsList');
    expect(items).toMatchObject([
      {
        metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
        window: '1s',
        containers: [
          { name: 'main', usage: { cpu: '500m', memory: '8Mi' } },
          { name: 'side', usage: { cpu: '500m', memory: '8Mi' } },
        ],
      },
    ]);
  });

  it.each([
    ['a label', 'labelSelector=app%3Dweb', 1],
    ['a label that nothing has', 'labelSelector=app%3Dno', 0],
    ['a name', 'fieldSelector=metadata.name%3Dweb', 1],
    ['a name that nothing has', 'fieldSelector=metadata.name%3Dno', 0],
  ])('is selected by %s', async (_, query, count) => {
    expect((await measure(api.list(`${podsPath}?${query}`))).items).toHaveLength(count);
  });

  it('is not known of a pod that nobody measured', async () => {
    expect(await measure(api.refused('GET', `${podsPath}/other`))).toMatchObject({
      code: 404,
      message: 'podmetrics.metrics.k8s.io "default/other" not found',
    });
  });

  it('is not known of a pod with a container that was not measured before', async () => {
    await measure(api.list(podsPath));
    delete used.side;
    await api.clock.advance(6_000);
    await api.list(podsPath);
    used.side = 1;
    await api.clock.advance(6_000);
    expect((await api.list(podsPath)).items).toEqual([]);
  });

  it('is the rate since somebody asked before, who waits no more, and asks nobody again at once', async () => {
    await measure(api.list(podsPath));
    expect(asked).toEqual(['worker', 'worker']);
    await api.list(podsPath);
    expect(asked).toHaveLength(2);
    used.main = (used.main ?? 0) + 3;
    await api.clock.advance(15_000);
    expect(await api.get(`${podsPath}/web`)).toMatchObject({
      window: '15s',
      containers: [{ usage: { cpu: '200m' } }, { usage: { cpu: '0' } }],
    });
    expect(asked).toHaveLength(3);
  });

  it('is known of the nodes that answer, and no others are asked', async () => {
    await aNode('broken');
    await aNode('silent', 'False');
    expect((await measure(api.list(`${metrics}/nodes`))).items.map(({ metadata }) => metadata.name)).toEqual([
      'worker',
    ]);
    expect(new Set(asked)).toEqual(new Set(['worker', 'broken']));
  });

  it('is shown as a table', async () => {
    const { columns, rows } = await measure(tableOf(api, podsPath));
    expect(columns).toBe('Name | cpu | memory | window');
    expect(rows).toEqual(['web | 1 | 16Mi | 1s']);
  });

  it('is read only', async () => {
    expect(await api.refused('DELETE', `${podsPath}/web`)).toMatchObject({ code: 405 });
    expect(await api.refused('GET', `${podsPath}?watch=true`)).toMatchObject({ code: 405 });
  });

  it('may be read by whoever may view pods', async () => {
    expect(
      await api.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/system:aggregated-metrics-reader'),
    ).toMatchObject({
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    });
  });
});

describe('the registration of the API', () => {
  const service = { namespace: 'kube-system', name: 'metrics-server', port: 443 };
  const manifest = {
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service,
    },
  };
  const replace = async () => {
    const { metadata } = await api.get(registration);
    await api.request('PUT', registration, { ...manifest, metadata });
  };

  it('is local and available, with the priorities of a metrics server', async () => {
    const { spec, ...rest } = await api.get(registration);
    expect(spec).toEqual({
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
    });
    expect(availableIn({ spec, ...rest })).toMatchObject({ status: 'True', reason: 'Local' });
  });

  it('gives way to a metrics server, also after a restart', async () => {
    const store = createMemoryStore();
    await api.close();
    await open(store);
    await replace();
    await api.server.close();
    await open(store);
    expect((await api.get(registration)).spec?.service).toEqual(service);
    expect((await api.request('GET', `${metrics}/nodes`)).status).toBe(503);
  });

  it('comes back when the metrics server goes', async () => {
    await replace();
    await api.request('DELETE', registration);
    await eventually(async () => ((await api.request('GET', registration)).status === 200 ? true : undefined));
    expect((await measure(api.list(`${metrics}/nodes`))).items).toHaveLength(1);
  });
});
