/** What running pods have changes in place, as far as the node has room. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { core, Node, Pod } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { plan } from '../../../../../agent/kubelet/pods/plan.ts';
import { allocationKnown, withAllocation } from '../../../../../agent/kubelet/pods/resize/allocation.ts';
import { refusalOf } from '../../../../../agent/kubelet/pods/resize/decide.ts';
import { inOrder } from '../../../../../agent/kubelet/pods/resize/order.ts';
import { reportedResources } from '../../../../../agent/kubelet/pods/resize/report.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { aKubeletPod, aRun, aView } from '../../../../builders/pod-view.ts';
import { type TestKubelet, testKubelet } from '../kubelet.ts';

const amounts = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
const asking = (resources: core.ResourceRequirements, more: Partial<core.Container> = {}): Partial<core.PodSpec> => ({
  containers: [{ name: 'c', image: 'web:1.0', resources, ...more }],
});
const aNode = (): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '' },
  spec: {},
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: '110' } },
});
const neighbour = (cpu: string): Pod => {
  const pod = aKubeletPod(asking({ requests: { cpu } }));
  return { ...pod, metadata: { ...pod.metadata, uid: 'neighbour' } };
};

it.each<[string, core.ResourceRequirements, Pod[], ReturnType<typeof refusalOf>]>([
  ['is given', { requests: { cpu: '1500m' } }, [neighbour('500m')], undefined],
  [
    'waits',
    { requests: { cpu: '1500m' } },
    [neighbour('600m')],
    {
      reason: 'Deferred',
      message: "Node didn't have enough resource: cpu, requested: 1500, used: 600, capacity: 2000",
    },
  ],
  [
    'is refused',
    { requests: { cpu: '3', memory: '2Gi' } },
    [],
    {
      reason: 'Infeasible',
      message: "Node didn't have enough capacity: memory, requested: 2147483648, capacity: 1073741824",
    },
  ],
  [
    'is refused',
    { requests: { cpu: '3' } },
    [],
    { reason: 'Infeasible', message: "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000" },
  ],
])('what a pod asks for %s by what its node has', (_, resources, others, refusal) => {
  expect(refusalOf(aKubeletPod(asking(resources)), aNode(), others)).toEqual(refusal);
});

it('what asks for no more comes first, then priority, then guaranteed pods, then the longest wait', () => {
  const waiting = (name: string, cpu: string, more: Partial<core.PodSpec>, since: number, whole = {}) => {
    const given = aKubeletPod({ ...asking({ requests: { cpu: '200m' } }), ...more });
    const asked = aKubeletPod({ ...asking({ requests: { cpu }, ...whole }), ...more });
    return { asked, given, since, name };
  };
  const guaranteed = amounts('300m', '1Mi');
  const pods = [
    waiting('late', '300m', {}, 2),
    waiting('early', '300m', {}, 1),
    waiting('guaranteed', '300m', {}, 3, guaranteed),
    waiting('important', '300m', { priority: 10 }, 9),
    waiting('smaller', '100m', {}, 9),
  ];
  const names = inOrder(pods).map(({ name }) => name);
  expect(names).toEqual(['smaller', 'important', 'guaranteed', 'early', 'late']);
});

describe('a running container whose amounts differ', () => {
  const actionsFor = (
    resources: core.ResourceRequirements,
    has: NonNullable<ReturnType<typeof aRun>['resources']>,
    more: Partial<core.Container> = {},
  ) =>
    plan(aView({ pod: aKubeletPod(asking(resources, more)), containers: [aRun('c', { resources: has })] }), 0).actions;
  const has = { cpuRequest: 100, cpuLimit: 100, memoryLimit: 2 ** 20 };
  const restarts = (resourceName: string) => ({ resizePolicy: [{ resourceName, restartPolicy: 'RestartContainer' }] });

  it('is changed in place', () => {
    const wanted = { cpuRequest: 200, cpuLimit: 200, memoryLimit: 2 ** 20 };
    expect(actionsFor(amounts('200m', '1Mi'), has)).toEqual([
      { kind: 'resize', changes: [{ container: aRun('c', { resources: has }), resources: wanted }] },
    ]);
    expect(actionsFor(amounts('200m', '1Mi'), has, restarts('memory'))).toHaveLength(1);
  });

  it('is restarted where its policy for that resource says so', () => {
    expect(actionsFor(amounts('100m', '2Mi'), has, restarts('memory'))).toMatchObject([
      { kind: 'killContainer', message: 'Container c resize requires restart' },
    ]);
  });

  it.each([
    ['has them', amounts('100m', '1Mi'), has],
    ['differs by less than the kernel tells apart', { requests: { cpu: '1m' } }, { cpuRequest: 2 }],
  ])('is left alone where it %s', (_, resources, actual) => {
    expect(actionsFor(resources, actual)).toEqual([]);
  });
});

it('a container reports the amounts as they were written if it has them, and what it has if not', () => {
  const spec = { name: 'c', resources: { requests: { cpu: '0.5', memory: '64Mi' }, limits: { memory: '0.125Gi' } } };
  const report = (cpuRequest: number, memoryLimit: number) =>
    reportedResources(spec, aRun('c', { resources: { cpuRequest, memoryLimit } }));
  const { requests } = spec.resources;
  expect(report(500, 128 * 2 ** 20)).toEqual({ allocatedResources: requests, resources: spec.resources });
  expect(report(250, 64 * 2 ** 20).resources).toEqual({
    requests: { cpu: '250m', memory: '64Mi' },
    limits: { memory: '64Mi' },
  });
  expect(reportedResources({ name: 'c' }, aRun('c'))).toEqual({ resources: {} });
});

it('an agent that starts again knows from the status what a waiting pod has', () => {
  const status: core.PodStatus = {
    conditions: [{ type: 'PodResizePending', status: 'True' }],
    containerStatuses: [
      {
        ...{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0 },
        allocatedResources: { cpu: '100m' },
        resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } },
      },
    ],
  };
  const asked = aKubeletPod(asking({ requests: { cpu: '4' }, limits: { cpu: '4' } }), { status });
  const [container] = withAllocation(asked, allocationKnown(asked)).spec.containers;
  expect(container?.resources).toEqual({ requests: { cpu: '100m' }, limits: { cpu: '200m' } });
});

describe('a pod that is resized', () => {
  let kubelet: TestKubelet;
  beforeEach(async () => {
    kubelet = await testKubelet();
  });
  afterEach(() => kubelet.close());

  const resize = (name: string, resources: object) =>
    kubelet.api.request(
      'PATCH',
      `/api/v1/namespaces/default/pods/${name}/resize`,
      { spec: { containers: [{ name: 'c', resources }] } },
      { 'content-type': 'application/strategic-merge-patch+json' },
    );
  const run = async (
    name: string,
    resources: core.ResourceRequirements,
    more: Partial<core.Container> = {},
    restartPolicy = 'Always',
  ) => {
    await kubelet.create(name, { containers: [{ name: 'c', image: 'web:1.0', resources, ...more }], restartPolicy });
    await expect.poll(() => kubelet.phaseOf(name)).toBe('Running');
  };
  const resizing = async (name: string) =>
    (await kubelet.get(name)).status?.conditions?.filter(({ type }) => type.startsWith('PodResize')) ?? [];
  const containerOf = async (name: string) => (await kubelet.get(name)).status?.containerStatuses?.[0];
  const recorded = (reason: string) => kubelet.events.filter((event) => event.startsWith(`${reason}: `));

  it('has the new amounts, in the status and in its container, without a restart', async () => {
    const runtime = createSimulatedRuntime({ clock: systemClock });
    kubelet.start(runtime);
    await run('web', amounts('100m', '32Mi'));
    expect(await containerOf('web')).toMatchObject({
      allocatedResources: { cpu: '100m', memory: '32Mi' },
      resources: amounts('100m', '32Mi'),
    });
    expect((await resize('web', amounts('200m', '64Mi'))).status).toBe(200);
    await expect.poll(async () => (await containerOf('web'))?.resources).toEqual(amounts('200m', '64Mi'));
    expect(await containerOf('web')).toMatchObject({ restartCount: 0, allocatedResources: { cpu: '200m' } });
    await expect.poll(() => resizing('web')).toEqual([]);
    const [container] = await runtime.listContainers(kubelet.signal);
    expect(container?.resources).toEqual({ cpuRequest: 200, cpuLimit: 200, memoryLimit: 64 * 2 ** 20 });
    const summary = { containers: [{ name: 'c', resources: amounts('200m', '64Mi') }], generation: 2 };
    expect(recorded('ResizeStarted')).toEqual([`ResizeStarted: Pod resize started: ${JSON.stringify(summary)}`]);
    expect(recorded('ResizeCompleted')).toEqual([`ResizeCompleted: Pod resize completed: ${JSON.stringify(summary)}`]);
  });

  it.each(['Always', 'OnFailure'])(
    'restarts its container where the policy says so, with %s',
    async (restartPolicy) => {
      kubelet.start(createSimulatedRuntime({ clock: systemClock }));
      const policy = { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] };
      await run('web', amounts('100m', '32Mi'), policy, restartPolicy);
      await resize('web', amounts('100m', '64Mi'));
      await expect
        .poll(() => containerOf('web'), { timeout: 5000 })
        .toMatchObject({
          restartCount: 1,
          resources: amounts('100m', '64Mi'),
          state: { running: {} },
        });
      expect(recorded('Killing')).toEqual(['Killing: Container c resize requires restart']);
    },
  );

  it('waits until the node has room, and gets nothing that the node can never give', async () => {
    kubelet.start(createSimulatedRuntime({ clock: systemClock }));
    await run('big', { requests: { cpu: '1500m' } });
    await run('web', { requests: { cpu: '300m' } });
    await resize('web', { requests: { cpu: '9' } });
    const message = "Node didn't have enough capacity: cpu, requested: 9000, capacity: 2000";
    await expect
      .poll(() => resizing('web'))
      .toMatchObject([{ type: 'PodResizePending', reason: 'Infeasible', message }]);
    expect(recorded('ResizeInfeasible')).toHaveLength(1);

    await resize('web', { requests: { cpu: '1' } });
    const lack = "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000";
    await expect
      .poll(() => resizing('web'))
      .toMatchObject([
        { type: 'PodResizePending', status: 'True', reason: 'Deferred', message: lack, observedGeneration: 3 },
      ]);
    expect(await containerOf('web')).toMatchObject({ allocatedResources: { cpu: '300m' } });
    await kubelet.api.request('DELETE', '/api/v1/namespaces/default/pods/big', { gracePeriodSeconds: 0 });
    await expect.poll(async () => (await containerOf('web'))?.allocatedResources).toEqual({ cpu: '1' });
    await expect.poll(() => resizing('web')).toEqual([]);
  });

  it('keeps what it has while it uses more memory than the new limit', async () => {
    const runtime = createSimulatedRuntime({ clock: systemClock });
    const used = 48 * 2 ** 20;
    const stats = async (signal: AbortSignal) =>
      (await runtime.listContainers(signal)).map(({ id }) => ({
        ...{ id, cpuUsage: 0, memoryUsage: used, rss: used, processes: 1 },
        memory: used,
      }));
    kubelet.start({ ...runtime, stats });
    await run('web', amounts('100m', '64Mi'));
    await resize('web', amounts('100m', '32Mi'));
    const message = 'attempting to set container "c" memory limit (33554432) below current usage (50331648)';
    await expect.poll(() => resizing('web')).toMatchObject([{ type: 'PodResizeInProgress', reason: 'Error', message }]);
    expect((await containerOf('web'))?.resources?.limits).toEqual({ cpu: '100m', memory: '64Mi' });
    expect(recorded('ResizeError')).toHaveLength(1);
  });
});
