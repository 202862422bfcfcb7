/**
 * Pods of thousands of containers: the work of a pass grows with their number alone, and other pods are not behind it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { core } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { plan } from '../../../../../agent/kubelet/pods/plan.ts';
import { statusOf } from '../../../../../agent/kubelet/pods/status.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { aKubeletPod, anExit, aRun, aView } from '../../../../builders/pod-view.ts';
import { type TestKubelet, testKubelet } from '../kubelet.ts';

describe('what a pass looks at', () => {
  /**
   * How often the names of containers, runs and statuses are read: what is looked up one by one is read again and
   * again.
   */
  function readsFor(count: number, more: (names: readonly string[]) => Parameters<typeof aView>[0]): number {
    let reads = 0;
    const counted = <T extends { name: string }>(object: T): T => {
      const { name } = object;
      const get = () => {
        reads += 1;
        return name;
      };
      return Object.defineProperty({ ...object }, 'name', { enumerable: true, get });
    };
    const names = Array.from({ length: count }, (_, at) => `c${at}`);
    const containers = names.map((name) => counted({ name, image: 'web:1.0' }));
    const containerStatuses = names.map((name) =>
      counted({ name, containerID: `docker://${name}-0`, ready: true, restartCount: 0 } as core.ContainerStatus),
    );
    const status = { containerStatuses } as core.PodStatus;
    const given = more(names);
    const pod = { ...aKubeletPod({ containers, ...given?.pod?.spec }), status };
    const view = aView({ ...given, pod: { ...pod, spec: { ...pod.spec, containers } } });
    const seen = { ...view, containers: view.containers.map(counted) };
    plan(seen, 4000);
    statusOf(seen, { runtimeName: 'docker', terminationMessages: new Map(), hostIPs: [''], seenAt: 0 }, 4000);
    return reads;
  }

  it.each<[string, (names: readonly string[]) => Parameters<typeof aView>[0]]>([
    ['run', (names) => ({ containers: names.map((name) => aRun(name)) })],
    ['are to be started', () => ({})],
    [
      'crashed for the second time',
      (names) => ({
        containers: names.flatMap((name) => [anExit(name, 1), anExit(name, 1, { attempt: 1, id: `${name}-1` })]),
      }),
    ],
    [
      'ended for good',
      (names) => ({
        pod: aKubeletPod({ restartPolicy: 'Never' }),
        containers: names.map((name) => anExit(name, 0)),
      }),
    ],
    ['never will run', () => ({ failure: { reason: 'Evicted', message: '' } })],
  ])('grows with the containers and not with their square, where they %s', (_, more) => {
    expect(readsFor(2000, more) / readsFor(500, more)).toBeLessThan(4.5);
  });
});

describe('a pod of thousands of containers', () => {
  let kubelet: TestKubelet;
  beforeEach(async () => {
    kubelet = await testKubelet();
  });
  afterEach(() => kubelet.close());

  const create = (name: string, count: number) =>
    kubelet.create(name, {
      containers: Array.from({ length: count }, (_, at) => ({ name: `c${at}`, image: 'web:1.0' })),
    });
  const phaseOf = (name: string) => kubelet.phaseOf(name);

  it('has a few of them made at a time, and another pod runs meanwhile', async () => {
    const runtime = createSimulatedRuntime({ clock: systemClock });
    const release = Promise.withResolvers<void>();
    const asked = new Set<string>();
    kubelet.start({
      ...runtime,
      // An engine that takes for ever over what the large pod asks of it.
      async createContainer(sandbox, config, signal) {
        if (config.pod.name === 'large') {
          asked.add(config.name);
          await release.promise;
        }
        return runtime.createContainer(sandbox, config, signal);
      },
    });
    await create('large', 3000);
    await expect.poll(() => asked.size).toBe(16);
    await create('small', 2);
    await expect.poll(() => phaseOf('small')).toBe('Running');
    expect([asked.size, await phaseOf('large')]).toEqual([16, 'Pending']);
    release.resolve();
    await expect.poll(() => asked.size).toBeGreaterThan(1000);
  });

  it('runs in the end, and goes when it is deleted', async () => {
    const runtime = createSimulatedRuntime({ clock: systemClock });
    let [removing, most] = [0, 0];
    kubelet.start({
      ...runtime,
      async removeContainer(id, signal) {
        removing += 1;
        most = Math.max(most, removing);
        await new Promise(setImmediate);
        await runtime.removeContainer(id, signal);
        removing -= 1;
      },
    });
    await create('large', 1000);
    await expect.poll(() => phaseOf('large')).toBe('Running');
    const { status } = await kubelet.admin.resource(pods).get('large', 'default');
    expect(status?.containerStatuses?.filter(({ state }) => state?.running)).toHaveLength(1000);
    await kubelet.admin.resource(pods).delete('large', 'default', { gracePeriodSeconds: 1 });
    await expect.poll(async () => (await runtime.listContainers(kubelet.signal)).length).toBe(0);
    expect(most).toBe(16);
  });
});
