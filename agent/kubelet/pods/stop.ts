/**
 * Ends containers in upstream's order: pre-stop hook, stop signal, SIGKILL; sidecars after the others, last one first.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainersWithSyncResult)
 */

import type { KubeletDeps } from '../deps.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { allContainersOf, initContainersOf, isSidecar } from '../spec/containers.ts';
import { containerAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';

async function preStop(
  deps: KubeletDeps,
  memory: PodMemory,
  container: RuntimeContainer,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const spec = allContainersOf(memory.pod).find(({ name }) => name === container.name);
  const hook = spec?.lifecycle?.preStop;
  const left = deadline - deps.clock.now();
  if (!spec || !hook || left <= 0) return;
  const { runtime, clock } = deps;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(left)]);
  try {
    await deps.runHook(
      { runtime, clock, containerId: container.id, container: spec, ip: memory.ip ?? '' },
      hook,
      limit,
    );
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const message = limit.aborted ? 'PreStop hook not completed in grace period' : why;
    containerAnnouncer(deps.recorder, memory, spec.name)('Warning', 'FailedPreStopHook', message);
  }
}

/** `deadline` in milliseconds since the epoch; upstream gives two seconds even where the hook used up all. */
export async function killContainer(
  deps: KubeletDeps,
  memory: PodMemory,
  container: RuntimeContainer,
  message: string,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  containerAnnouncer(deps.recorder, memory, container.name)('Normal', 'Killing', message);
  const hadGrace = deadline > deps.clock.now();
  await preStop(deps, memory, container, deadline, signal);
  const left = (deadline - deps.clock.now()) / 1000;
  await deps.runtime.stopContainer(container.id, hadGrace ? Math.max(left, 2) : 0, signal);
  await deps.cache.refresh(container.id, signal);
}

export async function stopContainers(
  deps: KubeletDeps,
  memory: PodMemory,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const running = deps.cache.containers(memory.uid).filter(({ state }) => state === 'running');
  const sidecars = initContainersOf(memory.pod)
    .filter(isSidecar)
    .map(({ name }) => name);
  const isLast = ({ name }: RuntimeContainer) => sidecars.includes(name);
  const kill = (container: RuntimeContainer) =>
    killContainer(deps, memory, container, `Stopping container ${container.name}`, deadline, signal);
  await Promise.all(running.filter((container) => !isLast(container)).map(kill));
  for (const name of sidecars.reverse()) {
    const container = running.find((candidate) => candidate.name === name);
    if (container) await kill(container);
  }
}

/** Takes the pod off the network and ends its sandboxes; what exited stays for `logs`. */
export async function releaseSandboxes(deps: KubeletDeps, podUid: string, signal: AbortSignal): Promise<void> {
  const release = async ({ id, hostNetwork, state }: { id: string; hostNetwork: boolean; state: string }) => {
    if (!hostNetwork) await deps.network.detach(id);
    if (state === 'ready') await deps.runtime.stopSandbox(id, signal);
    await deps.cache.refresh(id, signal);
  };
  await Promise.all(deps.cache.sandboxes(podUid).map(release));
}

/** Everything of a pod that is gone: containers, sandboxes, volumes. */
export async function removePod(deps: KubeletDeps, podUid: string, signal: AbortSignal): Promise<void> {
  const { runtime, cache } = deps;
  await Promise.all(
    cache.containers(podUid).map(({ id }) => runtime.removeContainer(id, signal).then(() => cache.forget(id))),
  );
  for (const { id, hostNetwork } of cache.sandboxes(podUid)) {
    if (!hostNetwork) await deps.network.detach(id);
    await runtime.removeSandbox(id, signal);
    cache.forget(id);
  }
  await deps.volumes.remove(podUid);
}
