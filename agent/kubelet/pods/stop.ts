/**
 * Stops containers in upstream's order: pre-stop hook, stop signal, SIGKILL. Sidecars stop after the others, the last
 * one first.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_container.go
 * (killContainersWithSyncResult)
 */

import { eachLimited } from '../limits/each-limited.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { containerNamed, initContainersOf, isSidecar } from '../spec/containers.ts';
import { containerAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';
import { startsRestartOfAll } from './model.ts';
import type { ContainerStopper, HookRunner, PodRemover, SandboxReleaser } from './parts.ts';

/** Limits per pod: an engine with thousands of requests of one pod does not serve the others. */
const stopsAtOnce = 64;
const removalsAtOnce = 16;

async function preStop(
  parts: HookRunner,
  memory: PodMemory,
  container: RuntimeContainer,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const spec = containerNamed(memory.pod, container.name);
  const hook = spec?.lifecycle?.preStop;
  const left = deadline - parts.clock.now();
  if (!spec || !hook || left <= 0) return;
  const { runtime, clock } = parts;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(left)]);
  try {
    await parts.runHook(
      { runtime, clock, containerId: container.id, container: spec, ip: memory.sandbox.ips?.[0] ?? '' },
      hook,
      limit,
    );
  } catch {
    signal.throwIfAborted();
    // As in upstream, the event does not say why: a hook's command and its output may hold secrets.
    containerAnnouncer(parts.recorder, memory, spec.name)('Warning', 'FailedPreStopHook', 'PreStopHook failed');
  }
}

/** The least time for a container to end after its stop signal, in milliseconds. Source: minimumGracePeriodInSeconds */
const leastGrace = 2_000;

/** What the end of a pod still takes after that of its containers, in milliseconds. */
const cleanUpTime = 500;

/**
 * When to kill a container, in milliseconds since the epoch: at the deadline, but not before it had its least grace. If
 * the hook used up the grace period, the pod is gone when the least grace is over. Pure.
 */
export function killTime(stopBegan: number, hookEnded: number, deadline: number): number {
  if (stopBegan < deadline && hookEnded >= deadline) return deadline + leastGrace - cleanUpTime;
  return Math.max(deadline, hookEnded + leastGrace);
}

/** `deadline` is in milliseconds since the epoch. */
export async function killContainer(
  parts: ContainerStopper,
  memory: PodMemory,
  container: RuntimeContainer,
  message: string,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  containerAnnouncer(parts.recorder, memory, container.name)('Normal', 'Killing', message);
  const began = parts.clock.now();
  await preStop(parts, memory, container, deadline, signal);
  const now = parts.clock.now();
  const left = deadline > began ? Math.max(0, killTime(began, now, deadline) - now) : 0;
  await parts.runtime.stopContainer(container.id, left / 1000, signal);
  await parts.cache.refresh(container.id, signal);
}

/** Stops all running containers of a pod. Their grace period ends at `deadline`, in milliseconds since the epoch. */
export async function stopContainers(
  parts: ContainerStopper,
  memory: PodMemory,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const running = parts.cache.containers(memory.uid).filter(({ state }) => state === 'running');
  const sidecars = initContainersOf(memory.pod).filter(isSidecar);
  const names = new Set(sidecars.map(({ name }) => name));
  const last = Map.groupBy(running, ({ name }) => (names.has(name) ? name : ''));
  const kill = (container: RuntimeContainer) =>
    killContainer(parts, memory, container, `Stopping container ${container.name}`, deadline, signal);
  await eachLimited(last.get('') ?? [], stopsAtOnce, kill);
  for (const { name } of sidecars.reverse()) for (const container of last.get(name) ?? []) await kill(container);
}

/**
 * Stops all containers without their pre-stop hooks, and removes the records of those that start anew: ephemeral ones
 * do not. The records that ask for the restart go last.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-all-containers
 */
export async function removeForRestart(parts: ContainerStopper, memory: PodMemory, signal: AbortSignal): Promise<void> {
  const { cache, runtime } = parts;
  const { pod, uid } = memory;
  const containers = cache.containers(uid);
  const specs = [...initContainersOf(pod), ...pod.spec.containers];
  const sources = new Set(specs.filter((spec) => startsRestartOfAll({ containers }, spec)).map(({ name }) => name));
  const again = new Set(specs.map(({ name }) => name));
  const stop = async ({ id, state, name }: RuntimeContainer): Promise<void> => {
    if (state === 'running') {
      containerAnnouncer(parts.recorder, memory, name)('Normal', 'Killing', `Stopping container ${name}`);
      await runtime.stopContainer(id, 0, signal);
    }
    if (!again.has(name)) return cache.refresh(id, signal);
    await runtime.removeContainer(id, signal);
    cache.forget(id);
  };
  const [first, last] = [
    containers.filter(({ name }) => !sources.has(name)),
    containers.filter(({ name }) => sources.has(name)),
  ];
  await eachLimited(first, removalsAtOnce, stop);
  await eachLimited(last, removalsAtOnce, stop);
}

/** Takes the pod off the network and stops its sandboxes. Ended containers stay for `logs`. */
export async function releaseSandboxes(parts: SandboxReleaser, podUid: string, signal: AbortSignal): Promise<void> {
  const release = async ({ id, hostNetwork, state }: { id: string; hostNetwork: boolean; state: string }) => {
    if (!hostNetwork) await parts.network.detach(id);
    if (state === 'ready') await parts.runtime.stopSandbox(id, signal);
    await parts.cache.refresh(id, signal);
  };
  await Promise.all(parts.cache.sandboxes(podUid).map(release));
}

/** Removes the containers, sandboxes and volumes of a pod that is gone. */
export async function removePod(parts: PodRemover, podUid: string, signal: AbortSignal): Promise<void> {
  const { runtime, cache } = parts;
  await eachLimited(cache.containers(podUid), removalsAtOnce, async ({ id }) => {
    await runtime.removeContainer(id, signal);
    cache.forget(id);
  });
  for (const { id, hostNetwork } of cache.sandboxes(podUid)) {
    if (!hostNetwork) await parts.network.detach(id);
    await runtime.removeSandbox(id, signal);
    cache.forget(id);
  }
  await parts.volumes.remove(podUid);
}
