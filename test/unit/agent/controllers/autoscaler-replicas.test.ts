/**
 * How many replicas metrics ask for, and how fast the number may follow: `pkg/controller/podautoscaler/*_test.go`
 * upstream.
 */
import { describe, expect, it } from 'vitest';
import type { autoscaling, Pod } from '../../../../agent/api/types.ts';
import {
  type Memory,
  normalize,
  remember,
  type Wish,
} from '../../../../agent/controllers/horizontal-pod-autoscaler/behavior.ts';
import type { MetricsClient } from '../../../../agent/controllers/horizontal-pod-autoscaler/metrics-client.ts';
import type { PodMetrics } from '../../../../agent/controllers/horizontal-pod-autoscaler/pod-groups.ts';
import { propose } from '../../../../agent/controllers/horizontal-pod-autoscaler/proposals.ts';
import { aPod } from '../../../builders/objects.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const usual = { up: 0.1, down: 0.1 };
const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

interface PodOptions {
  phase?: string;
  ready?: 'True' | 'False';
  /** Seconds ago. */
  started?: number;
  changed?: number;
  deleted?: boolean;
  request?: string;
}
const workloadPod = (
  name: string,
  {
    phase = 'Running',
    ready = 'True',
    started = 3600,
    changed = 3000,
    deleted = false,
    request = '1',
  }: PodOptions = {},
): Pod =>
  aPod({
    metadata: { name, ...(deleted ? { deletionTimestamp: before(1) } : {}) },
    spec: { containers: [{ name: 'main', image: 'web', resources: { requests: { cpu: request, memory: '1Gi' } } }] },
    status: {
      phase,
      startTime: before(started),
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: before(changed) }],
    },
  });
const podsOf = (...options: PodOptions[]): Pod[] => options.map((each, index) => workloadPod(`p${index}`, each));
const three = podsOf({}, {}, {});

/** One value for each pod in thousandths; undefined: not measured. */
const measured = (values: readonly (number | undefined)[]): PodMetrics =>
  new Map(
    values.flatMap((value, index) => (value === undefined ? [] : [[`p${index}`, { value, at: now, window: 15_000 }]])),
  );
const clientOf = (values: readonly (number | undefined)[], total = 0): MetricsClient => ({
  resource: async () => measured(values),
  ofPods: async () => measured(values),
  ofObject: async () => total,
  external: async () => total,
});

const utilization = (averageUtilization: number): autoscaling.MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
interface Case {
  spec: autoscaling.MetricSpec;
  pods?: Pod[];
  values?: (number | undefined)[];
  total?: number;
  current?: number;
  tolerances?: { up: number; down: number };
}
const proposed = ({ spec, pods = three, values = [], total = 0, current = pods.length, tolerances = usual }: Case) =>
  propose(
    {
      namespace: 'default',
      selector: 'app=web',
      current,
      present: current,
      pods,
      tolerances,
      now,
      metrics: clientOf(values, total),
    },
    spec,
  );

const metric = { name: 'qps' };
const describedObject = { apiVersion: 'v1', kind: 'Service', name: 'web' };
const averageValue = { type: 'AverageValue', averageValue: '10' };
const value = { type: 'Value', value: '20' };

describe('replicas', () => {
  it.each<[string, Case, number]>([
    ['follow utilization up', { spec: utilization(30), values: [300, 500, 700] }, 5],
    ['follow utilization down', { spec: utilization(50), values: [100, 300, 500] }, 2],
    ['stay within the tolerance', { spec: utilization(100), values: [1010, 1030, 1020] }, 3],
    [
      'go up beyond a smaller tolerance',
      { spec: utilization(100), values: [1050, 1050, 1050], tolerances: { up: 0.01, down: 0.1 } },
      4,
    ],
    [
      'stay within a larger tolerance downwards',
      { spec: utilization(100), values: [600, 600, 600], tolerances: { up: 0.1, down: 0.5 } },
      3,
    ],
    [
      'go up less while a pod is not ready',
      {
        spec: utilization(30),
        pods: podsOf({ ready: 'False', started: 60, changed: 60 }, {}, {}),
        values: [100, 500, 700],
      },
      4,
    ],
    [
      'go down by the ready pods alone',
      {
        spec: utilization(50),
        pods: podsOf({ ready: 'False', started: 60, changed: 60 }, {}, {}),
        values: [900, 100, 100],
      },
      1,
    ],
    [
      'ignore a pod whose window began before it was ready',
      { spec: utilization(30), pods: podsOf({ started: 60, changed: 5 }, {}, {}), values: [9000, 300, 300] },
      3,
    ],
    [
      'count a pod that was ready once and is not now',
      { spec: utilization(30), pods: podsOf({ ready: 'False', changed: 60 }, {}, {}), values: [300, 500, 700] },
      5,
    ],
    ['go up less where a pod was not measured', { spec: utilization(30), values: [undefined, 500, 700] }, 4],
    ['go down less where a pod was not measured', { spec: utilization(50), values: [undefined, 100, 100] }, 3],
    [
      'do not turn round because of a pod that was not measured',
      { spec: utilization(90), values: [undefined, 950, 1200] },
      3,
    ],
    [
      'ignore pods that failed or go',
      {
        spec: utilization(50),
        pods: podsOf({ phase: 'Failed' }, { deleted: true }, {}),
        values: [900, 900, 1000],
        current: 1,
      },
      2,
    ],
    [
      'take pending pods for unready ones',
      { spec: utilization(30), pods: podsOf({ phase: 'Pending' }, {}, {}), values: [undefined, 500, 700] },
      4,
    ],
    [
      'follow an average of a resource',
      {
        spec: { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100' } } },
        values: [200_000, 200_000, 200_000],
      },
      6,
    ],
    [
      'follow a metric of pods',
      { spec: { type: 'Pods', pods: { metric, target: averageValue } }, values: [20_000, 10_000, 30_000] },
      6,
    ],
    [
      'follow the value of an object by ready pods',
      {
        spec: { type: 'Object', object: { metric, describedObject, target: value } },
        total: 40_000,
        pods: podsOf({}, {}, { ready: 'False' }),
      },
      4,
    ],
    [
      'share the value of an object',
      { spec: { type: 'Object', object: { metric, describedObject, target: averageValue } }, total: 41_000 },
      5,
    ],
    ['follow an external value', { spec: { type: 'External', external: { metric, target: value } }, total: 30_000 }, 5],
    [
      'share an external value',
      { spec: { type: 'External', external: { metric, target: averageValue } }, total: 25_000 },
      3,
    ],
    [
      'come from none by an external value',
      { spec: { type: 'External', external: { metric, target: value } }, total: 30_000, current: 0, pods: [] },
      2,
    ],
    [
      'go to none by an external value',
      { spec: { type: 'External', external: { metric, target: value } }, total: 0 },
      0,
    ],
  ])('%s', async (_, given, replicas) => {
    expect((await proposed(given)).replicas).toBe(replicas);
  });

  it('come with the name and the state of the metric', async () => {
    expect(await proposed({ spec: utilization(30), values: [300, 500, 700] })).toEqual({
      replicas: 5,
      name: 'cpu resource utilization (percentage of request)',
      status: {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '500m' } },
      },
    });
    const container = { name: 'cpu', container: 'main', target: { type: 'Utilization', averageUtilization: 30 } };
    const { status } = await proposed({
      spec: { type: 'ContainerResource', containerResource: container },
      values: [300, 500, 700],
    });
    expect(status).toMatchObject({
      containerResource: { name: 'cpu', container: 'main', current: { averageUtilization: 50 } },
    });
  });

  it.each<[string, Case, string, string]>([
    [
      'a request is missing',
      {
        spec: { type: 'Resource', resource: { name: 'gpu', target: { type: 'Utilization', averageUtilization: 1 } } },
        values: [1, 1, 1],
      },
      'failed to get gpu utilization: missing request for gpu in container main of Pod p0',
      'failed to get gpu resource metric value: failed to get gpu utilization: missing request for gpu in container main of Pod p0',
    ],
    [
      'there are no pods',
      { spec: utilization(30), pods: [], values: [1] },
      'failed to get cpu utilization: no pods returned by selector while calculating replica count',
      'failed to get cpu resource metric value: failed to get cpu utilization: no pods returned by selector while calculating replica count',
    ],
    [
      'no pod is ready',
      { spec: utilization(30), pods: podsOf({ phase: 'Pending' }), values: [1] },
      'failed to get cpu utilization: did not receive metrics for any ready pods',
      'failed to get cpu resource metric value: failed to get cpu utilization: did not receive metrics for any ready pods',
    ],
  ])('are not known where %s', async (_, given, message, told) => {
    await expect(proposed(given)).rejects.toMatchObject({ reason: 'FailedGetResourceMetric', message, told });
  });
});

describe('the number of replicas', () => {
  const fresh = (...recommendations: [replicas: number, secondsAgo: number][]): Memory => ({
    recommendations: recommendations.map(([replicas, seconds]) => ({ replicas, at: now - seconds * 1000 })),
    added: [],
    removed: [],
  });
  const wish = (current: number, desired: number, behavior?: Wish['behavior']): Wish => ({
    current,
    desired,
    least: 1,
    most: 20,
    behavior,
    now,
  });
  const rules = (more: autoscaling.HPAScalingRules = {}): autoscaling.HPAScalingRules => ({
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    ...more,
  });

  it.each<[string, Memory, Wish, number, string, string]>([
    ['is what is wished', fresh(), wish(3, 5), 5, 'ReadyForNewScale', 'DesiredWithinRange'],
    ['doubles at most', fresh(), wish(3, 15), 6, 'ReadyForNewScale', 'ScaleUpLimit'],
    ['may become four at once', fresh(), wish(1, 15), 4, 'ReadyForNewScale', 'ScaleUpLimit'],
    ['has an upper bound', fresh(), wish(15, 25), 20, 'ReadyForNewScale', 'TooManyReplicas'],
    ['has a lower bound', fresh(), wish(2, 0), 1, 'ReadyForNewScale', 'TooFewReplicas'],
    [
      'is held by the highest of five minutes',
      fresh([4, 200]),
      wish(5, 2),
      4,
      'ScaleDownStabilized',
      'DesiredWithinRange',
    ],
    ['is not held by what is older', fresh([4, 400]), wish(5, 2), 2, 'ReadyForNewScale', 'DesiredWithinRange'],
    [
      'is held by the lowest of its own window upwards',
      fresh([4, 20]),
      wish(3, 10, { scaleUp: rules({ stabilizationWindowSeconds: 60 }), scaleDown: rules() }),
      4,
      'ScaleUpStabilized',
      'DesiredWithinRange',
    ],
    [
      'is held by the highest of its own window downwards',
      fresh([7, 20], [9, 40]),
      wish(10, 2, { scaleUp: rules(), scaleDown: rules({ stabilizationWindowSeconds: 30 }) }),
      7,
      'ScaleDownStabilized',
      'DesiredWithinRange',
    ],
    [
      'grows by the larger of two policies',
      fresh(),
      wish(3, 20, {
        scaleUp: rules({
          policies: [
            { type: 'Pods', value: 4, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        }),
        scaleDown: rules(),
      }),
      7,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'grows by the smaller of two policies',
      fresh(),
      wish(3, 20, {
        scaleUp: rules({
          selectPolicy: 'Min',
          policies: [
            { type: 'Pods', value: 4, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        }),
        scaleDown: rules(),
      }),
      6,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'does not grow where that is disabled',
      fresh(),
      wish(3, 20, { scaleUp: rules({ selectPolicy: 'Disabled' }), scaleDown: rules() }),
      3,
      'ReadyForNewScale',
      'ScaleUpLimit',
    ],
    [
      'shrinks by a policy',
      fresh(),
      wish(10, 1, {
        scaleUp: rules(),
        scaleDown: rules({ policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }] }),
      }),
      7,
      'ReadyForNewScale',
      'ScaleDownLimit',
    ],
    [
      'shrinks to its lower bound',
      fresh(),
      wish(10, 0, { scaleUp: rules(), scaleDown: rules() }),
      1,
      'ReadyForNewScale',
      'TooFewReplicas',
    ],
  ])('%s', (_, memory, wished, replicas, able, limited) => {
    expect(normalize(memory, wished)).toMatchObject({ replicas, able: { reason: able }, limited: { reason: limited } });
  });

  it('counts what was added in the period of a policy', () => {
    const behavior = {
      scaleUp: rules({ policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] }),
      scaleDown: rules(),
    };
    const memory = fresh();
    remember(memory, { ...wish(3, 6, behavior), now: now - 30_000 }, 6);
    expect(normalize(memory, wish(6, 20, behavior)).replicas).toBe(7);
    expect(normalize(memory, { ...wish(6, 20, behavior), now: now + 60_000 }).replicas).toBe(10);
  });
});
