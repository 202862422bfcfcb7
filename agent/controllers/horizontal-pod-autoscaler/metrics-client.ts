/**
 * Reads metrics, each from the API that has it; all amounts are in thousandths. Rejects in upstream's words.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/metrics/client.go
 */
import { messageOf } from '../../api/errors.ts';
import { parseGoDuration } from '../../api/go-duration.ts';
import { resourceOf } from '../../api/kind.ts';
import { type PodMetrics as MeasuredPod, podMetrics } from '../../api/metrics/metrics.ts';
import { quantityMilliValue } from '../../api/quantity.ts';
import { selectorText } from '../../api/selectors.ts';
import type { autoscaling } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import { kindOfGroup } from '../shared/scale.ts';
import type { PodMetric, PodMetrics } from './pod-groups.ts';

type Identifier = autoscaling.MetricIdentifier;

export interface MetricsClient {
  /** Of the whole pods, or of one container of each. `selector` as in a query. */
  resource(name: string, namespace: string, selector: string, container?: string): Promise<PodMetrics>;
  ofPods(metric: Identifier, namespace: string, selector: string): Promise<PodMetrics>;
  ofObject(metric: Identifier, namespace: string, of: autoscaling.CrossVersionObjectReference): Promise<number>;
  /** The sum of all that is found. */
  external(metric: Identifier, namespace: string): Promise<number>;
}

/** https://github.com/kubernetes/metrics/blob/release-1.36/pkg/apis/custom_metrics/v1beta2/types.go */
interface MetricValue {
  describedObject?: { name?: string };
  value: string | number;
  timestamp?: string;
  windowSeconds?: number;
}

/** Milliseconds of a metric that does not say how long it was measured. */
const usualWindow = 60_000;

const nanosPerMillisecond = 1_000_000n;

function podMetric({ containers, timestamp, window }: MeasuredPod, name: string): PodMetric | undefined {
  let value = 0;
  for (const { usage } of containers) {
    const amount = Object.entries(usage).find(([key]) => key === name)?.[1];
    if (amount === undefined) return undefined;
    value += quantityMilliValue(amount);
  }
  return { value, at: Date.parse(timestamp), window: Number(parseGoDuration(window) / nanosPerMillisecond) };
}

/** Pods of which something is not known are left out. */
function measuredPods(items: readonly MeasuredPod[], name: string, container: string | undefined): PodMetrics {
  const found: PodMetrics = new Map();
  for (const item of items) {
    const { namespace, name: pod } = item.metadata;
    const containers = item.containers.filter((each) => container === undefined || each.name === container);
    if (container !== undefined && containers.length === 0) {
      const where = `container ${container} not present in metrics for pod ${namespace}/${pod}`;
      throw new Error(`failed to get container metrics: ${where}`);
    }
    const metric = podMetric({ ...item, containers }, name);
    if (metric) found.set(pod, metric);
  }
  return found;
}

const customGroup = 'custom.metrics.k8s.io';
const externalPath = '/apis/external.metrics.k8s.io/v1beta1';

const queryOf = (entries: Record<string, string>): string => {
  const query = new URLSearchParams(Object.entries(entries).filter(([, value]) => value !== ''));
  return query.size > 0 ? `?${query}` : '';
};

export function createMetricsClient({ client, kinds, signal }: Pick<Context, 'client' | 'kinds' | 'signal'>) {
  /** Rejects where nothing is there as well. */
  const values = async (from: string, path: () => Promise<string>): Promise<MetricValue[]> => {
    let items: MetricValue[];
    try {
      items = ((await client.document(await path(), signal)) as { items?: MetricValue[] }).items ?? [];
    } catch (error) {
      throw new Error(`unable to fetch metrics from ${from} metrics API: ${messageOf(error)}`, { cause: error });
    }
    if (items.length === 0) throw new Error(`no metrics returned from ${from} metrics API`);
    return items;
  };
  /** The newest version that a server has. */
  const customPath = async (): Promise<string> => {
    const group = (await client.document(`/apis/${customGroup}`, signal)) as { versions?: { version: string }[] };
    const isNew = (group.versions ?? []).some(({ version }) => version === 'v1beta2');
    return `/apis/${customGroup}/${isNew ? 'v1beta2' : 'v1beta1'}`;
  };
  const custom = (place: string, { name, selector }: Identifier, labelSelector = ''): Promise<MetricValue[]> =>
    values('custom', async () => {
      const query = queryOf({ labelSelector, metricLabelSelector: selectorText(selector) });
      return `${await customPath()}/${place}/${encodeURIComponent(name)}${query}`;
    });
  /** Of a namespace it is not in one. */
  const placeOf = (namespace: string, reference: autoscaling.CrossVersionObjectReference): string => {
    const kind = kindOfGroup({ kinds }, reference);
    if (!kind.namespaced && kind.plural === 'namespaces') return `namespaces/${reference.name}/metrics`;
    return `namespaces/${namespace}/${resourceOf(kind)}/${encodeURIComponent(reference.name)}`;
  };

  return {
    async resource(name, namespace, labelSelector, container) {
      let items: MeasuredPod[];
      try {
        ({ items } = await client.resource(podMetrics).list({ namespace, labelSelector }, signal));
      } catch (error) {
        throw new Error(`unable to fetch metrics from resource metrics API: ${messageOf(error)}`, { cause: error });
      }
      if (items.length === 0) throw new Error('no metrics returned from resource metrics API');
      return measuredPods(items, name, container);
    },
    async ofPods(metric, namespace, selector) {
      const items = await custom(`namespaces/${namespace}/pods/*`, metric, selector);
      const metricOf = ({ value, timestamp = '', windowSeconds }: MetricValue): PodMetric => ({
        value: quantityMilliValue(value),
        at: Date.parse(timestamp) || 0,
        window: windowSeconds === undefined ? usualWindow : windowSeconds * 1000,
      });
      return new Map(items.map((item) => [item.describedObject?.name ?? '', metricOf(item)]));
    },
    async ofObject(metric, namespace, reference) {
      const [first] = await custom(placeOf(namespace, reference), metric);
      return quantityMilliValue(first?.value);
    },
    async external({ name, selector }, namespace) {
      const query = queryOf({ labelSelector: selectorText(selector) });
      const path = `${externalPath}/namespaces/${namespace}/${encodeURIComponent(name)}${query}`;
      const items = await values('external', async () => path);
      return items.reduce((sum, { value }) => sum + quantityMilliValue(value), 0);
    },
  } satisfies MetricsClient;
}
