/** A node that is short of disk, seen through the API. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCondition } from '../../../../agent/api/conditions.ts';
import { nodes } from '../../../../agent/api/core/node.ts';
import type { core } from '../../../../agent/api/types.ts';
import type { Observation } from '../../../../agent/kubelet/eviction/thresholds.ts';
import type { ImageInfo, Runtime } from '../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/clock.ts';
import { type TestKubelet, testKubelet } from './kubelet.ts';

const gibi = 2 ** 30;
const imageName = 'docker.io/library/left:1';

let kubelet: TestKubelet;
let clock: FakeClock;
let runtime: Runtime;
let left: number;
const removed: string[] = [];

beforeEach(async () => {
  kubelet = await testKubelet();
  clock = createFakeClock();
  left = 20 * gibi;
  removed.length = 0;
  const image: ImageInfo = { id: 'i', tags: ['left:1'], size: gibi, user: '', entrypoint: [], cmd: [] };
  runtime = {
    ...createSimulatedRuntime({ clock }),
    listImages: async () => (removed.length > 0 ? [] : [image]),
    async removeImage(name) {
      removed.push(name);
      left += 2 * gibi;
      return 'removed';
    },
  };
});
afterEach(() => kubelet.close());

/** A node that once pulled an image that nobody uses. */
async function aNode(): Promise<void> {
  const brought = { [imageName]: { id: 'i', at: 0 } };
  const observed = (): Observation => ({ signal: 'nodefs.available', capacity: 100 * gibi, available: left });
  const node = kubelet.start(
    runtime,
    { clock },
    {
      readSignals: async () => [observed()],
      readImageDisk: async () => ({ capacity: 100 * gibi, available: left }),
      pullRecords: () => ({ read: async () => JSON.stringify({ brought }), write: async () => {} }),
    },
  );
  await node.ready;
}

/** Lets the node's time pass until the check holds. */
async function until(check: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    if (await check()) return;
    await clock.advance(500);
  }
  throw new Error('did not come true');
}

const isGone = async (uid: string): Promise<boolean> => {
  const all = await runtime.listContainers(kubelet.signal);
  return all.every(({ pod }) => pod.uid !== uid);
};
const once: core.PodSpec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'web:1' }] };

it('removes ended containers and unused images first, and what ran is told as before', async () => {
  await aNode();
  const done = await kubelet.create('done', { ...once, activeDeadlineSeconds: 1 });
  const running = await kubelet.create('running', once);
  await until(async () => (await kubelet.phaseOf('done')) === 'Failed');
  await until(async () => (await kubelet.phaseOf('running')) === 'Running');
  const before = (await kubelet.get('done')).status;
  expect([await isGone(done.metadata.uid), removed]).toEqual([false, []]);
  left = 0.5 * gibi;
  await until(() => isGone(done.metadata.uid));
  await until(async () => removed.length > 0);
  await clock.advance(30_000);
  expect([removed, await isGone(running.metadata.uid)]).toEqual([[imageName], false]);
  expect((await kubelet.get('done')).status).toEqual(before);
  expect(await kubelet.phaseOf('running')).toBe('Running');
  expect(kubelet.events).toContain('EvictionThresholdMet: Attempting to reclaim ephemeral-storage');
});

it('says on its Node that it is short of disk, until five minutes after', async () => {
  await aNode();
  const diskPressure = async () =>
    findCondition((await kubelet.admin.resource(nodes).get('skiff-worker')).status?.conditions, 'DiskPressure');
  left = 0.5 * gibi;
  await until(async () => (await diskPressure())?.status === 'True');
  expect(await diskPressure()).toMatchObject({ reason: 'KubeletHasDiskPressure' });
  await until(async () => removed.length > 0);
  await clock.advance(310_000);
  await until(async () => (await diskPressure())?.status === 'False');
});
