/** Removes what pods leave behind: old runs and old sandboxes of live pods, and everything of deleted pods. */

import type { RuntimeContainer } from '../runtime/runtime.ts';
import { isTerminal } from '../spec/pod.ts';
import { type PodMemory, stopName } from './memory.ts';
import { latest, newestSandbox } from './model.ts';
import type { PodCleaner, RunCollector, RuntimeAccess, SandboxReleaser } from './parts.ts';
import { releaseSandboxes, removePod, stopContainers } from './stop.ts';

const collectAfter = 10_000;
const retryAfter = 2_000;
const forcedGrace = 2_000;

async function removeOldRuns({ cache, runtime }: RuntimeAccess, uid: string, signal: AbortSignal): Promise<void> {
  const containers = cache.containers(uid);
  for (const container of containers) {
    const last = latest({ containers }, container.name);
    if (!last || container.attempt >= last.attempt - 1 || container.state === 'running') continue;
    cache.forget(container.id);
    await runtime.removeContainer(container.id, signal);
  }
}

async function removeOldSandboxes(parts: SandboxReleaser, uid: string, signal: AbortSignal): Promise<void> {
  const sandboxes = parts.cache.sandboxes(uid);
  const newest = newestSandbox({ sandboxes });
  for (const sandbox of sandboxes) {
    if (newest?.state !== 'ready' || sandbox.attempt >= newest.attempt) continue;
    parts.cache.forget(sandbox.id);
    if (!sandbox.hostNetwork) await parts.network.detach(sandbox.id);
    await parts.runtime.removeSandbox(sandbox.id, signal);
  }
}

/**
 * Removes old runs and old sandboxes. One ended run per container stays for `logs --previous`. A pod is collected some
 * time after its sandbox started, because the engine is busy after a node's restart. Returns when to try again, in
 * milliseconds since the epoch; infinity if nothing is left to do.
 */
export async function collect(parts: RunCollector, memory: PodMemory, signal: AbortSignal): Promise<number> {
  const sandboxes = parts.cache.sandboxes(memory.uid);
  const due = (newestSandbox({ sandboxes })?.createdAt ?? 0) + collectAfter;
  if (due > parts.clock.now()) return due;
  await removeOldRuns(parts, memory.uid, signal);
  await removeOldSandboxes(parts, memory.uid, signal);
  return Number.POSITIVE_INFINITY;
}

/**
 * Removes what a node short of disk can do without: all containers and sandboxes of a pod that has ended, and of a live
 * pod all but the last ended run of each container. As upstream, the logs of a pod that has ended go with it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_gc.go
 */
export async function removeEnded(parts: SandboxReleaser, memory: PodMemory, signal: AbortSignal): Promise<void> {
  const { cache, runtime, network } = parts;
  const over = isTerminal(memory.pod) && memory.operations.size === 0;
  const ended = cache.containers(memory.uid).filter(({ state }) => state === 'exited');
  const isNeeded = ({ name, attempt }: RuntimeContainer) =>
    !over && !ended.some((other) => other.name === name && other.attempt > attempt);
  for (const container of ended) {
    if (isNeeded(container)) continue;
    cache.forget(container.id);
    await runtime.removeContainer(container.id, signal);
  }
  if (!over || cache.containers(memory.uid).length > 0) return;
  for (const { id, state, hostNetwork } of cache.sandboxes(memory.uid)) {
    if (state === 'ready') continue;
    cache.forget(id);
    if (!hostNetwork) await network.detach(id);
    await runtime.removeSandbox(id, signal);
  }
}

/** Stops the containers of a pod that was deleted by force, with a short grace period, and removes the pod. */
async function removeAll(parts: PodCleaner, memory: PodMemory): Promise<void> {
  await stopContainers(parts, memory, parts.clock.now() + forcedGrace, parts.signal);
  await releaseSandboxes(parts, memory.uid, parts.signal);
  await removePod(parts, memory.uid, parts.signal);
}

/** Removes a pod that is gone from the API, and retries until nothing of it is left. */
export function cleanUp(parts: PodCleaner, memory: PodMemory, onGone: (uid: string) => void): void {
  if (memory.end.cleaning || memory.operations.has(stopName)) return;
  for (const controller of memory.operations.values()) controller.abort();
  // Each operation asks for another pass when it ends; that pass knows what the operation left behind.
  if (memory.operations.size > 0) return;
  memory.end.cleaning = true;
  parts.probes.retain(memory.uid, new Set());
  parts.objects.follow(memory.uid, []);
  parts.tokens.forget(memory.uid);
  removeAll(parts, memory).then(
    () => onGone(memory.uid),
    (error) => {
      memory.end.cleaning = false;
      if (parts.signal.aborted) return;
      parts.log.error('Cannot clean up after a pod, will retry', { pod: memory.pod.metadata.name, error });
      parts.clock.after(retryAfter, () => parts.cache.touch(memory.uid));
    },
  );
}
