import { expect, test } from 'vitest';
import type { ContainerConfig } from '../../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { defaultStages } from '../../../../../../agent/kubelet/runtime/simulated/stages/default.ts';
import { defineStages } from '../../../../../../agent/kubelet/runtime/simulated/stages/stage.ts';
import { aContainerConfig } from '../../../../../builders/container-config.ts';
import { createFakeClock } from '../../../../../fakes/clock.ts';

const pod = { name: 'web', namespace: 'ns', uid: 'u' };
const { signal } = new AbortController();
const sandbox = {
  ...pod,
  hostname: 'web',
  labels: {},
  podLabels: {},
  annotations: {},
  hostNetwork: false,
  hostPID: false,
  hostIPC: false,
  sysctls: {},
  mounts: [],
  attempt: 0,
};
const container = aContainerConfig({ pod, name: 'c', image: 'nginx' });
type Asked = Partial<Pick<typeof sandbox, 'annotations' | 'podLabels'>> & Pick<Partial<ContainerConfig>, 'labels'>;

/** A pod with one container that was started. */
async function started(
  { labels = {}, ...asked }: Asked = {},
  options: { stages?: typeof defaultStages; seed?: string } = {},
) {
  const clock = createFakeClock();
  const runtime = createSimulatedRuntime({ clock, ...options });
  const made = await runtime.createSandbox({ ...sandbox, ...asked }, signal);
  await runtime.startSandbox(made.id, signal);
  const id = await runtime.createContainer(made, { ...container, labels }, signal);
  await runtime.startContainer(id, signal);
  const now = async () => {
    const found = await runtime.inspect(id, signal);
    return found?.type === 'container' ? found.container : undefined;
  };
  return { clock, runtime, id, now };
}

const annotated = (name: string, value: string, more: Record<string, string> = {}): Asked => ({
  annotations: { [`simulated.skiff.dev/${name}`]: value, ...more },
});

test('a container runs at once, passes its probes, has its image, and is killed when it is stopped', async () => {
  const { clock, runtime, id, now } = await started();
  expect(await now()).toMatchObject({ state: 'running', startedAt: clock.now() });
  expect(runtime.probe(id)).toEqual({ success: true, output: '' });
  expect(await runtime.inspectImage('nginx', pod, signal)).toMatchObject({ tags: ['nginx'] });
  await runtime.stopContainer(id, 30, signal);
  expect(await now()).toMatchObject({ state: 'exited', exitCode: 137 });
  expect(clock.pending).toBe(0);
});

test.each<[string, Asked]>([
  ['an init container', { labels: { 'dev.skiff.init': 'true' } }],
  ['the container of a job', { podLabels: { 'batch.kubernetes.io/job-name': 'j' } }],
])('%s has completed as soon as it has started', async (_what, asked) => {
  const { now } = await started(asked);
  expect(await now()).toMatchObject({ state: 'exited', exitCode: 0, oomKilled: false });
});

test.each<[string, Asked, object]>([
  ['fails', annotated('exit-after', '2s'), { exitCode: 1, oomKilled: false }],
  ['ends as it was told', annotated('exit-after', '2000', { 'simulated.skiff.dev/exit-code': '7' }), { exitCode: 7 }],
  ['runs out of memory', annotated('out-of-memory-after', '2s'), { exitCode: 137, oomKilled: true }],
])('a container that is asked to %s does so when it is time', async (_what, asked, end) => {
  const { clock, now } = await started(asked);
  await clock.advance(1999);
  expect(await now()).toMatchObject({ state: 'running' });
  await clock.advance(1);
  expect(await now()).toMatchObject({ state: 'exited', finishedAt: clock.now(), ...end });
});

test('what was stopped does not end a second time', async () => {
  const { clock, runtime, id, now } = await started(annotated('exit-after', '2s'));
  await runtime.stopContainer(id, 30, signal);
  await clock.advance(5000);
  expect(await now()).toMatchObject({ exitCode: 137, finishedAt: clock.now() - 5000 });
  expect(clock.pending).toBe(0);
});

test('an image can be out of reach for a pod that asks for it, and there for another', async () => {
  const { runtime } = await started(annotated('image-pull-fails', 'true'));
  expect(await runtime.inspectImage('nginx', pod, signal)).toBeUndefined();
  await expect(runtime.pullImage('nginx', pod, undefined, signal)).rejects.toThrow(
    'the image is simulated to be out of reach',
  );
  expect(await runtime.inspectImage('nginx', { ...pod, uid: 'other' }, signal)).toMatchObject({ tags: ['nginx'] });
});

test('a pod is ready at a moment between the two that it names, the same one for one seed', async () => {
  const asked = annotated('ready-after', '1s', { 'simulated.skiff.dev/ready-before': '5s' });
  const readyAfter = async (seed: string) => {
    const { clock, runtime, id } = await started(asked, { seed });
    const start = clock.now();
    while (!runtime.probe(id).success) await clock.advance(100);
    return clock.now() - start;
  };
  const first = await readyAfter('a');
  expect(first).toBeGreaterThanOrEqual(1000);
  expect(first).toBeLessThanOrEqual(5000);
  expect(await readyAfter('a')).toBe(first);
  expect(await readyAfter('another')).not.toBe(first);
});

test('probes that are asked to fail do, and say so', async () => {
  const { runtime, id } = await started(annotated('probes-fail', 'true'));
  expect(runtime.probe(id)).toEqual({ success: false, output: 'the probe is simulated to fail' });
});

test('a container that ignores its stop is killed when its grace period is over', async () => {
  const stages = defineStages(defaultStages.filter(({ name }) => name !== 'container-is-stopped'));
  const { clock, runtime, id, now } = await started({}, { stages });
  const stopped = runtime.stopContainer(id, 30, signal);
  await clock.advance(29_999);
  expect(await now()).toMatchObject({ state: 'running' });
  await clock.advance(1);
  await stopped;
  expect(await now()).toMatchObject({ state: 'exited', exitCode: 137 });
});

test('a start that takes its time can be given up', async () => {
  const slow = defaultStages.map((stage) =>
    stage.name === 'container-starts' ? { ...stage, delay: { durationMilliseconds: 1000 } } : stage,
  );
  const clock = createFakeClock();
  const runtime = createSimulatedRuntime({ clock, stages: defineStages(slow) });
  const made = await runtime.createSandbox(sandbox, signal);
  const id = await runtime.createContainer(made, container, signal);
  const giveUp = new AbortController();
  const starting = runtime.startContainer(id, giveUp.signal);
  giveUp.abort(new Error('given up'));
  await expect(starting).rejects.toThrow('given up');
  await clock.advance(5000);
  expect(await runtime.listContainers(signal)).toMatchObject([{ state: 'created' }]);
});
