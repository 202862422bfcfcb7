/** Autoscalers against a real API, with what a node says that its pods use: `horizontal_test.go` upstream. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../../../agent/api/stats.ts';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { horizontalPodAutoscaler } from '../../../../agent/controllers/horizontal-pod-autoscaler/horizontal-pod-autoscaler.ts';
import { settle } from '../../../fakes/clock.ts';
import { inDefault } from '../apiserver/api.ts';
import { startWorld, type World } from './world.ts';

// They are loaded with the first question and the first autoscaler; here they are there already.
import '../../../../agent/apiserver/resource-metrics/objects.ts';
import '../../../../agent/controllers/horizontal-pod-autoscaler/round.ts';

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const autoscalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const podsPath = inDefault('pods');
const labels = { app: 'web' };

let world: World;
/** Cores that each pod uses. */
let load: number;
/** Seconds of CPU that each pod has used. */
let used: number;
let uids: Record<string, string>;

const measured = () => {
  const time = new Date(world.api.clock.now()).toISOString();
  return {
    startTime: '2025-12-31T00:00:00Z',
    cpu: { time, usageCoreNanoSeconds: Math.round(used * 1e9) },
    memory: { time, usageBytes: 1 << 20, workingSetBytes: 1 << 20, rssBytes: 1 << 20 },
  };
};
const readNode = async (): Promise<Summary> => ({
  node: { nodeName: 'worker', ...measured() },
  pods: Object.entries(uids).map(([name, uid]) => ({
    podRef: { name, namespace: 'default', uid },
    startTime: '2025-12-31T00:00:00Z',
    containers: [{ name: 'main', ...measured() }],
  })),
});

/** Both clocks: that of the server, which measures, and that of the controller. */
async function pass(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 1) {
    used += load;
    await world.api.clock.advance(1_000);
    await world.clock.advance(1_000);
    await settle();
  }
}

async function readyPod(name: string): Promise<void> {
  const resources = { requests: { cpu: '500m' } };
  const { metadata } = await world.api.create(podsPath, {
    metadata: { name, labels },
    spec: { containers: [{ name: 'main', image: 'web:1.0', resources }] },
  });
  uids[name] = metadata.uid;
  await world.api.create(`${podsPath}/${name}/binding`, {
    metadata: { name },
    target: { kind: 'Node', name: 'worker' },
  });
  const startTime = '2025-12-31T00:00:00Z';
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: startTime }];
  const status = { phase: 'Running', startTime, conditions };
  await world.api.request('PATCH', `${podsPath}/${name}/status`, { status }, mergePatch);
}
const target = (replicas: number, name = 'web') =>
  world.api
    .create(deployments, {
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1.0' }] } },
      },
    })
    .then(() => world.api.request('PATCH', `${deployments}/${name}/status`, { status: { replicas } }, mergePatch));
const autoscaler = (more: object = {}, name = 'web', of = 'web') =>
  world.api.create(autoscalers, {
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: of },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
      ...more,
    },
  });

const statusOf = async (name = 'web') => (await world.api.get(`${autoscalers}/${name}`)).status;
const replicas = async () => (await world.api.get(`${deployments}/web`)).spec?.replicas;
const eventsOf = async (reason: string) => {
  const { items } = await world.api.list(inDefault('events'));
  return (items as (AnyObject & { reason: string; message: string })[])
    .filter((event) => event.reason === reason)
    .map(({ message }) => message);
};
const statusIs = (expected: object, name = 'web') => expect.poll(() => statusOf(name)).toMatchObject(expected);

beforeEach(async () => {
  [load, used, uids] = [0, 0, {}];
  world = await startWorld(() => [horizontalPodAutoscaler()], { readNode: () => readNode });
  await world.api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
  await world.api.create('/api/v1/nodes', { metadata: { name: 'worker' } });
  const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
  await world.api.request('PATCH', '/api/v1/nodes/worker/status', ready, mergePatch);
});
afterEach(() => world.close());

describe('an autoscaler', () => {
  it('scales out under load, says why, and back in when the load has been gone for its window', async () => {
    load = 0.5;
    await readyPod('a');
    await target(1);
    await autoscaler({ behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } });
    await pass(20);
    await expect.poll(replicas).toBe(2);
    await statusIs({
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '500m' } } },
      ],
      conditions: [
        {
          type: 'AbleToScale',
          status: 'True',
          reason: 'SucceededRescale',
          message: 'the HPA controller was able to update the target scale to 2',
        },
        {
          type: 'ScalingActive',
          status: 'True',
          reason: 'ValidMetricFound',
          message:
            'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
        },
        {
          type: 'ScalingLimited',
          status: 'False',
          reason: 'DesiredWithinRange',
          message: 'the desired count is within the acceptable range',
        },
      ],
    });
    await expect
      .poll(() => eventsOf('SuccessfulRescale'))
      .toEqual(['New size: 2; reason: cpu resource utilization (percentage of request) above target']);
    load = 0;
    await readyPod('b');
    await pass(45);
    expect(await replicas()).toBe(2);
    await statusIs({ conditions: [{ reason: 'ScaleDownStabilized' }, {}, {}] });
    await pass(60);
    await expect.poll(replicas).toBe(1);
    await expect.poll(() => eventsOf('SuccessfulRescale')).toContain('New size: 1; reason: All metrics below target');
  });

  it.each([
    ['above its maximum', 7, 5, 'Current number of replicas above Spec.MaxReplicas'],
    ['below its minimum', 1, 3, 'Current number of replicas below Spec.MinReplicas'],
  ])('brings a target %s into its bounds, whatever the metrics', async (_, present, expected, reason) => {
    await target(present);
    await autoscaler({ minReplicas: Math.min(3, expected) });
    await expect.poll(replicas).toBe(expected);
    await expect.poll(() => eventsOf('SuccessfulRescale')).toEqual([`New size: ${expected}; reason: ${reason}`]);
  });

  it('leaves a target without replicas alone', async () => {
    await target(0);
    await autoscaler();
    await statusIs({
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale' },
        {
          type: 'ScalingActive',
          status: 'False',
          reason: 'ScalingDisabled',
          message: 'scaling is disabled since the replica count of the target is zero',
        },
      ],
    });
    expect(await replicas()).toBe(0);
  });

  it('says that its target is missing', async () => {
    await autoscaler();
    const message = 'deployments.apps "web" not found';
    await statusIs({
      conditions: [
        {
          type: 'AbleToScale',
          status: 'False',
          reason: 'FailedGetScale',
          message: `the HPA controller was unable to get the target's current scale: ${message}`,
        },
      ],
    });
    await expect.poll(() => eventsOf('FailedGetScale')).toEqual([message]);
  });

  it('says that nothing was measured', async () => {
    await target(1);
    await autoscaler();
    await pass(20);
    const message =
      'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
    await statusIs({
      currentReplicas: 1,
      conditions: [
        { type: 'AbleToScale', status: 'True' },
        {
          type: 'ScalingActive',
          status: 'False',
          reason: 'FailedGetResourceMetric',
          message: `the HPA was unable to compute the replica count: ${message}`,
        },
      ],
    });
    await expect.poll(() => eventsOf('FailedGetResourceMetric')).toEqual([message]);
    await expect
      .poll(() => eventsOf('FailedComputeMetricsReplicas'))
      .toEqual([
        `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${message}`,
      ]);
  });

  const external = (name: string) => ({
    type: 'External',
    external: { metric: { name }, target: { type: 'Value', value: '1' } },
  });
  const cpu = (averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  });

  it('scales out by the metrics that it has, and not in while one is missing', async () => {
    load = 0.5;
    await readyPod('a');
    await readyPod('b');
    await target(2);
    await autoscaler({ metrics: [external('queue'), cpu(50)] });
    await pass(20);
    await expect.poll(replicas).toBe(4);
    await world.api.request('PATCH', `${deployments}/web`, { spec: { replicas: 2 } }, mergePatch);
    await world.api.request(
      'PATCH',
      `${autoscalers}/web`,
      { spec: { metrics: [external('queue'), cpu(300)] } },
      mergePatch,
    );
    await pass(400);
    expect(await replicas()).toBe(2);
    await statusIs({ conditions: [{}, { status: 'False', reason: 'FailedGetExternalMetric' }, {}] });
  });

  it('refuses pods that another autoscaler scales as well', async () => {
    await readyPod('a');
    await target(1);
    await target(1, 'other');
    await autoscaler();
    await autoscaler({}, 'other', 'other');
    await pass(20);
    const message = 'pods by selector app=web are controlled by multiple HPAs: [{other default} {web default}]';
    const refused = expect.objectContaining({ status: 'False', reason: 'AmbiguousSelector', message });
    await statusIs({ conditions: expect.arrayContaining([refused]) });
    await expect.poll(() => eventsOf('AmbiguousSelector')).toContain(message);
  });
});
