import { afterEach, beforeEach, expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { type TestKubelet, testKubelet } from '../kubelet.ts';

let kubelet: TestKubelet;
beforeEach(async () => {
  kubelet = await testKubelet();
});
afterEach(() => kubelet.close());

it('the content of a mounted image is kept for the pods that are left when a pod goes', async () => {
  const retained: (readonly string[])[] = [];
  const taken: string[] = [];
  const imageContent = () => ({
    take: async (uid: string) => void taken.push(uid),
    retain: async (uids: readonly string[]) => void retained.push(uids),
  });
  kubelet.start(createSimulatedRuntime({ clock: systemClock }), {}, { imageContent });
  const spec = {
    containers: [{ name: 'c', image: 'web:1.0', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    volumes: [{ name: 'data', image: { reference: 'data:1' } }],
  };
  const [going, staying] = [await kubelet.create('going', spec), await kubelet.create('staying', spec)];
  for (const name of ['going', 'staying']) await expect.poll(() => kubelet.phaseOf(name)).toBe('Running');
  expect(taken.sort()).toEqual([going.metadata.uid, staying.metadata.uid].sort());
  await kubelet.admin.resource(pods).delete('going', 'default', { gracePeriodSeconds: 1 });
  await expect.poll(() => retained.at(-1)).toEqual([staying.metadata.uid]);
});
