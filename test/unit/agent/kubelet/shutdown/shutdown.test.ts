import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { nodes } from '../../../../../agent/api/core/node.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { shutdownGroups } from '../../../../../agent/kubelet/shutdown/groups.ts';
import { createShutdown } from '../../../../../agent/kubelet/shutdown/shutdown.ts';
import { theConfig } from '../../../../builders/node.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';
import { createFakeClock } from '../../../../fakes/clock.ts';
import { type TestKubelet, testKubelet } from '../kubelet.ts';

const named = (name: string, priority?: number, terminationGracePeriodSeconds = 30) => {
  const pod = aKubeletPod({ terminationGracePeriodSeconds, ...(priority === undefined ? {} : { priority }) });
  return { ...pod, metadata: { ...pod.metadata, name, uid: name } };
};

test.each([
  [
    'ordinary pods, then critical ones',
    [named('c', 2_000_001_000), named('a'), named('b', 5)],
    [
      [20, 'a', 'b'],
      [10, 'c'],
    ],
  ],
  ['only those that exist', [named('c', 2_000_000_000)], [[10, 'c']]],
  ['a priority below that of the system is ordinary', [named('b', 1_999_999_999)], [[20, 'b']]],
])('a node ends %s', (_name, pods, expected) => {
  const groups = shutdownGroups({ gracePeriod: 30, criticalPods: 10 }, pods);
  expect(groups.map(({ seconds, pods: group }) => [seconds, ...group.map(({ metadata }) => metadata.name)])).toEqual(
    expected,
  );
});

describe('the end of the pods', () => {
  function shutting(pods: ReturnType<typeof named>[], periods = { gracePeriod: 30, criticalPods: 10 }) {
    const clock = createFakeClock(0);
    const ended = new Map(pods.map(({ metadata }) => [metadata.uid, Promise.withResolvers<void>()]));
    const told: [string, number | undefined][] = [];
    const shutdown = createShutdown({
      clock,
      periods,
      announce: async () => {},
      pods: {
        active: () => pods,
        end: (uid, { graceSeconds }) => void told.push([uid, graceSeconds]),
        ended: async (uid) => ended.get(uid)?.promise,
      },
    });
    return { clock, told, shutdown, end: (uid: string) => ended.get(uid)?.resolve() };
  }

  it('waits for ordinary pods before the critical ones, each with the shorter of its own time and its group’s', async () => {
    const { clock, told, shutdown, end } = shutting([named('a', 0, 5), named('b', 0, 99), named('c', 2_000_001_000)]);
    const running = shutdown.run();
    await clock.advance(0);
    expect(told).toEqual([
      ['a', 5],
      ['b', 20],
    ]);
    end('a');
    end('b');
    await clock.advance(0);
    expect(told.slice(2)).toEqual([['c', 10]]);
    end('c');
    await running;
    expect(shutdown.isUnderWay()).toBe(true);
  });

  it('goes on when the time of a group is over', async () => {
    const { clock, told, shutdown } = shutting([named('a'), named('c', 2_000_001_000)]);
    const running = shutdown.run();
    await clock.advance(19_999);
    expect(told.map(([uid]) => uid)).toEqual(['a']);
    await clock.advance(1);
    expect(told.map(([uid]) => uid)).toEqual(['a', 'c']);
    await clock.advance(10_000);
    await running;
  });
});

describe('a node that shuts down', () => {
  let kubelet: TestKubelet;
  beforeEach(async () => {
    kubelet = await testKubelet();
  });
  afterEach(() => kubelet.close());
  const image = 'web:1.0';
  const ready = async () => {
    const node = await kubelet.admin.resource(nodes).get(theConfig.nodeName, undefined);
    return node.status?.conditions?.find(({ type }) => type === 'Ready');
  };

  it('says so, ends its pods in upstream’s words, and takes no more', async () => {
    const config = { ...theConfig, shutdown: { gracePeriod: 9, criticalPods: 3 } };
    const running = kubelet.start(createSimulatedRuntime({ clock: systemClock }), { config });
    await kubelet.create('web', { containers: [{ name: 'c', image }] });
    await expect.poll(() => kubelet.phaseOf('web')).toBe('Running');
    await expect.poll(async () => (await ready())?.status).toBe('True');
    await running.shutDown();
    expect(await ready()).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'node is shutting down',
    });
    const message = 'Pod was terminated in response to imminent node shutdown.';
    expect((await kubelet.get('web')).status).toMatchObject({ phase: 'Failed', reason: 'Terminated', message });
    expect((await kubelet.get('web')).status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message }),
    );
    expect(kubelet.events).toContain('Shutdown: Shutdown manager detected shutdown event');
    await kubelet.create('late', { containers: [{ name: 'c', image }] });
    await expect
      .poll(async () => (await kubelet.get('late')).status)
      .toMatchObject({
        phase: 'Failed',
        reason: 'NodeShutdown',
        message: 'Pod was rejected: Pod was rejected as the node is shutting down.',
      });
  });

  it('leaves its pods as they are where it has no grace period for them', async () => {
    const running = kubelet.start(createSimulatedRuntime({ clock: systemClock }));
    await kubelet.create('web', { containers: [{ name: 'c', image }] });
    await expect.poll(() => kubelet.phaseOf('web')).toBe('Running');
    await running.shutDown();
    expect(await kubelet.phaseOf('web')).toBe('Running');
  });
});
