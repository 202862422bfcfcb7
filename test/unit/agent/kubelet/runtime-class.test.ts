/** Pods that ask for another runtime, seen through the API. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodes } from '../../../../agent/api/core/node.ts';
import { runtimeClasses } from '../../../../agent/api/node/runtime-class.ts';
import { systemClock } from '../../../../agent/clock.ts';
import { containerOptions, sandboxOptions } from '../../../../agent/kubelet/runtime/docker/create-options.ts';
import type { Runtime, RuntimeSandbox, SandboxConfig } from '../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { aContainerConfig } from '../../../builders/container-config.ts';
import { theConfig } from '../../../builders/node.ts';
import { type TestKubelet, testKubelet } from './kubelet.ts';

let kubelet: TestKubelet;
const sandboxes: SandboxConfig[] = [];

beforeEach(async () => {
  kubelet = await testKubelet();
  sandboxes.length = 0;
  const simulated = createSimulatedRuntime({ clock: systemClock });
  const runtime: Runtime = {
    ...simulated,
    handlers: async () => ['box', 'runc'],
    createSandbox(config, signal) {
      sandboxes.push(config);
      return simulated.createSandbox(config, signal);
    },
  };
  await kubelet.start(runtime).ready;
  for (const handler of ['box', 'shell']) {
    const metadata = { name: `${handler}ed` };
    await kubelet.admin
      .resource(runtimeClasses)
      .create({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata, handler });
  }
});
afterEach(() => kubelet.close());

const run = (runtimeClassName: string) =>
  kubelet.create(runtimeClassName, { runtimeClassName, containers: [{ name: 'c', image: 'web:1' }] });

it('a pod runs in the runtime of its class, and the node lists what it has', async () => {
  await run('boxed');
  await expect.poll(() => kubelet.phaseOf('boxed')).toBe('Running');
  expect(sandboxes.map(({ name, handler }) => [name, handler])).toEqual([['boxed', 'box']]);
  const { status } = await kubelet.admin.resource(nodes).get(theConfig.nodeName);
  const features = { recursiveReadOnlyMounts: false, userNamespaces: false };
  expect(status?.runtimeHandlers).toEqual(['', 'box', 'runc'].map((name) => ({ name, features })));
});

it('a pod whose runtime the node does not have stays Pending, with upstream’s event', async () => {
  await run('shelled');
  await expect
    .poll(() => kubelet.events)
    .toContain(
      'FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = ' +
        'failed to get sandbox runtime: no runtime for "shell" is configured',
    );
  expect([await kubelet.phaseOf('shelled'), sandboxes]).toEqual(['Pending', []]);
});

it.each([
  ['of the pod’s class', 'box', 'box'],
  ['of the engine', undefined, undefined],
])('the sandbox and the containers are given the runtime %s', (_, handler, expected) => {
  const settings = {
    ...{ podman: false, limits: { cpu: true, memory: true }, rootless: false },
    ...{ profile: 'skiff', node: 'n', sandboxImage: 's', nodeNetworkMode: 'container:n' },
  };
  const pod = { name: 'p', namespace: 'default', uid: 'u' };
  const config: SandboxConfig = {
    ...{ ...pod, hostname: 'p', podLabels: {}, annotations: {}, labels: {}, sysctls: {}, mounts: [], attempt: 0 },
    ...{ hostNetwork: false, hostPID: false, hostIPC: false },
    ...(handler === undefined ? {} : { handler }),
  };
  const { HostConfig, Labels = {} } = sandboxOptions(settings, config);
  const sandbox: RuntimeSandbox = {
    ...{ id: 'i', pod, attempt: 0, state: 'ready', hostNetwork: false, createdAt: 0, pid: 1 },
    labels: Labels,
  };
  const container = containerOptions(settings, sandbox, aContainerConfig({ pod, name: 'c', image: 'web:1' }));
  expect([HostConfig?.Runtime, container.HostConfig?.Runtime]).toEqual([expected, expected]);
});
