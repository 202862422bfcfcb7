/** Where autoscalers find their metrics: `pkg/controller/podautoscaler/metrics/client_test.go` upstream. */
import { describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import { createClient } from '../../../../agent/client/client.ts';
import {
  createMetricsClient,
  type MetricsClient,
} from '../../../../agent/controllers/horizontal-pod-autoscaler/metrics-client.ts';

const groups: Readonly<Record<string, object>> = {
  '/apis/custom.metrics.k8s.io': { versions: [{ version: 'v1beta1' }, { version: 'v1beta2' }] },
};

/** A client of a server that answers every other path with the items, and remembers what it was asked. */
function asking(items: readonly object[] | undefined): { metrics: MetricsClient; asked: string[] } {
  const asked: string[] = [];
  const client = createClient({
    request: async ({ path }) => {
      const group = groups[path];
      if (group) return { status: 200, headers: {}, body: group };
      asked.push(path);
      if (items) return { status: 200, headers: {}, body: { items } };
      return { status: 503, headers: {}, body: { message: 'service unavailable' } };
    },
  });
  const { signal } = new AbortController();
  return { metrics: createMetricsClient({ client, kinds: createKindRegistry(builtInKinds), signal }), asked };
}

const pods = [
  { describedObject: { name: 'a' }, value: '1500m', timestamp: '2026-01-01T00:00:00Z', windowSeconds: 30 },
  { describedObject: { name: 'b' }, value: '2', timestamp: '2026-01-01T00:00:00Z' },
];
const at = Date.parse('2026-01-01T00:00:00Z');
const selector = { matchLabels: { verb: 'GET' } };
const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' };
const custom = '/apis/custom.metrics.k8s.io/v1beta2';

describe('an autoscaler finds', () => {
  it.each<[string, readonly object[], (metrics: MetricsClient) => Promise<unknown>, string, unknown]>([
    [
      'a metric of pods',
      pods,
      (metrics) => metrics.ofPods({ name: 'qps' }, 'default', 'app=web'),
      `${custom}/namespaces/default/pods/*/qps?labelSelector=app%3Dweb`,
      new Map([
        ['a', { value: 1500, at, window: 30_000 }],
        ['b', { value: 2000, at, window: 60_000 }],
      ]),
    ],
    [
      'a metric of an object',
      [{ value: '12' }],
      (metrics) => metrics.ofObject({ name: 'qps', selector }, 'default', ingress),
      `${custom}/namespaces/default/ingresses.networking.k8s.io/main/qps?metricLabelSelector=verb%3DGET`,
      12_000,
    ],
    [
      'a metric of a namespace',
      [{ value: '12' }],
      (metrics) => metrics.ofObject({ name: 'qps' }, 'default', { apiVersion: 'v1', kind: 'Namespace', name: 'shop' }),
      `${custom}/namespaces/shop/metrics/qps`,
      12_000,
    ],
    [
      'an external metric, which is the sum of what there is',
      [{ value: '12' }, { value: '500m' }],
      (metrics) => metrics.external({ name: 'queue', selector }, 'default'),
      '/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue?labelSelector=verb%3DGET',
      12_500,
    ],
    [
      'what pods use, but for pods of which it is not known',
      [
        {
          metadata: { name: 'a', namespace: 'default' },
          timestamp: '2026-01-01T00:00:00Z',
          window: '15.5s',
          containers: [{ usage: { cpu: '100m' } }, { usage: { cpu: '50m' } }],
        },
        { metadata: { name: 'b' }, timestamp: '', window: '1s', containers: [{ usage: { memory: '1Mi' } }] },
      ],
      (metrics) => metrics.resource('cpu', 'default', 'app=web'),
      '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb',
      new Map([['a', { value: 150, at, window: 15_500 }]]),
    ],
  ])('%s', async (_, items, read, path, expected) => {
    const { metrics, asked } = asking(items);
    expect(await read(metrics)).toEqual(expected);
    expect(asked).toEqual([path]);
  });
});

describe('it is said why there is no metric where', () => {
  const external = (metrics: MetricsClient) => metrics.external({ name: 'queue' }, 'default');
  const pod = { metadata: { name: 'a', namespace: 'default' }, timestamp: '', window: '1s', containers: [] };
  it.each<[string, readonly object[] | undefined, (metrics: MetricsClient) => Promise<unknown>, string]>([
    ['nobody answers', undefined, external, 'unable to fetch metrics from external metrics API: service unavailable'],
    ['there is none', [], external, 'no metrics returned from external metrics API'],
    [
      'nothing was measured',
      [],
      (metrics) => metrics.resource('cpu', 'default', ''),
      'no metrics returned from resource metrics API',
    ],
    [
      'a container is not there',
      [pod],
      (metrics) => metrics.resource('cpu', 'default', '', 'side'),
      'failed to get container metrics: container side not present in metrics for pod default/a',
    ],
  ])('%s', async (_, items, read, message) => {
    await expect(read(asking(items).metrics)).rejects.toThrow(message);
  });
});
