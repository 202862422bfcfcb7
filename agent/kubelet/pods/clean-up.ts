/** What a pod leaves behind: dead runs and sandboxes while it lives, and everything once it is gone. */
import type { KubeletDeps } from '../deps.ts';
import { type PodMemory, stopName } from './memory.ts';
import { latest, newestSandbox } from './model.ts';
import { releaseSandboxes, removePod, stopContainers } from './stop.ts';

const collectAfter = 10_000;
const retryAfter = 2_000;
const forcedGrace = 2_000;

async function removeOldRuns({ cache, runtime }: KubeletDeps, uid: string, signal: AbortSignal): Promise<void> {
  const containers = cache.containers(uid);
  for (const container of containers) {
    const last = latest({ containers }, container.name);
    if (!last || container.attempt >= last.attempt - 1 || container.state === 'running') continue;
    cache.forget(container.id);
    await runtime.removeContainer(container.id, signal);
  }
}

async function removeOldSandboxes(deps: KubeletDeps, uid: string, signal: AbortSignal): Promise<void> {
  const sandboxes = deps.cache.sandboxes(uid);
  const newest = newestSandbox({ sandboxes });
  for (const sandbox of sandboxes) {
    if (newest?.state !== 'ready' || sandbox.attempt >= newest.attempt) continue;
    deps.cache.forget(sandbox.id);
    if (!sandbox.hostNetwork) await deps.network.detach(sandbox.id);
    await deps.runtime.removeSandbox(sandbox.id, signal);
  }
}

/**
 * One dead run per container stays for `logs --previous`; older sandboxes go. Not while things start: after a restart
 * of the node every pod leaves something, and the engine has better things to do. Returns when it is time.
 */
export async function collect(deps: KubeletDeps, memory: PodMemory, signal: AbortSignal): Promise<number> {
  const sandboxes = deps.cache.sandboxes(memory.uid);
  const due = (newestSandbox({ sandboxes })?.createdAt ?? 0) + collectAfter;
  if (due > deps.clock.now()) return due;
  await removeOldRuns(deps, memory.uid, signal);
  await removeOldSandboxes(deps, memory.uid, signal);
  return Number.POSITIVE_INFINITY;
}

/** A pod deleted by force still gets its containers stopped, quickly. */
async function removeAll(deps: KubeletDeps, memory: PodMemory): Promise<void> {
  await stopContainers(deps, memory, deps.clock.now() + forcedGrace, deps.signal);
  await releaseSandboxes(deps, memory.uid, deps.signal);
  await removePod(deps, memory.uid, deps.signal);
}

/** Of a pod that is gone from the API; tried again until nothing of it is left. */
export function cleanUp(deps: KubeletDeps, memory: PodMemory, onGone: (uid: string) => void): void {
  if (memory.cleaning || memory.busy.has(stopName)) return;
  for (const controller of memory.busy.values()) controller.abort();
  // Each asks for another pass when it has ended; what it leaves is known by then.
  if (memory.busy.size > 0) return;
  memory.cleaning = true;
  deps.probes.retain(memory.uid, new Set());
  deps.objects.follow(memory.uid, []);
  deps.tokens.forget(memory.uid);
  removeAll(deps, memory).then(
    () => onGone(memory.uid),
    (error) => {
      memory.cleaning = false;
      if (deps.signal.aborted) return;
      deps.log.error('Cannot clean up after a pod, will retry', { pod: memory.pod.metadata.name, error });
      deps.clock.after(retryAfter, () => deps.cache.touch(memory.uid));
    },
  );
}
