/**
 * One pass over one pod: look, plan, set operations going, write the status. Passes of a pod never overlap (the queue
 * sees to that); operations run beside them, at most one per container, and ask for another pass when they end.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/kubelet/pod_workers.go
 */

import type { KubeletDeps } from '../deps.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { allContainersOf } from '../spec/containers.ts';
import { cleanUp, collect } from './clean-up.ts';
import { containerAnnouncer, podAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';
import { newestSandbox, sandboxName } from './model.ts';
import { bringUpSandbox, finishDelete, killOne, operate, stopPod } from './operations.ts';
import { type Action, doomOf, plan } from './plan.ts';
import { keepVolumes } from './pod-volumes.ts';
import { startContainer } from './start-container.ts';
import { adoptSandbox } from './start-sandbox.ts';
import { releaseSandboxes } from './stop.ts';
import { readTerminationMessages } from './termination-message.ts';
import { viewOf, writeStatus } from './write-status.ts';

export interface PodWorker {
  /** Returns when to come back even if nothing happens. */
  pass(memory: PodMemory): Promise<number | undefined>;
}

function announceBackOff(deps: KubeletDeps, memory: PodMemory, container: RuntimeContainer, message: string): void {
  if (memory.announced.has(container.id)) return;
  memory.announced.add(container.id);
  containerAnnouncer(deps.recorder, memory, container.name)('Warning', 'BackOff', message);
}

function execute(deps: KubeletDeps, memory: PodMemory, action: Action): void {
  switch (action.kind) {
    case 'createSandbox':
      bringUpSandbox(deps, memory, action.attempt);
      break;
    case 'startContainer':
      memory.failures.delete(action.name);
      operate(deps, memory, action.name, (signal) => startContainer(deps, memory, action, signal));
      break;
    case 'killContainer':
      killOne(deps, memory, action.container, action.message);
      break;
    case 'backOff':
      announceBackOff(deps, memory, action.container, action.message);
      break;
    case 'stopPod':
      stopPod(deps, memory);
      break;
    case 'finishDelete':
      finishDelete(deps, memory);
      break;
    case 'releaseSandbox':
      operate(deps, memory, sandboxName, (signal) => releaseSandboxes(deps, memory.uid, signal));
      break;
  }
}

function watchProbes({ cache, probes }: KubeletDeps, memory: PodMemory): void {
  const running = cache.containers(memory.uid).filter(({ state }) => state === 'running');
  const ending = memory.pod.metadata.deletionTimestamp !== undefined || memory.stopBy !== undefined;
  probes.retain(memory.uid, new Set(running.map(({ id }) => id)));
  if (memory.ip === undefined || ending) return;
  for (const run of running) {
    const spec = allContainersOf(memory.pod).find(({ name }) => name === run.name);
    if (spec && !memory.busy.has(run.name)) probes.watch(memory.pod, spec, run, memory.ip);
  }
}

/** Not again where an earlier run of this agent has written it already. */
function announceDoom(deps: KubeletDeps, memory: PodMemory, doom: PodMemory['doom']): void {
  if (!doom) return;
  memory.doom = doom;
  if (memory.pod.status?.reason !== doom.reason) {
    podAnnouncer(deps.recorder, memory)('Normal', doom.reason, doom.message);
  }
}

export function createPodWorker(deps: KubeletDeps, onGone: (uid: string) => void): PodWorker {
  const { cache, clock } = deps;
  return {
    async pass(memory) {
      if (memory.gone) {
        cleanUp(deps, memory, onGone);
        return undefined;
      }
      const newest = newestSandbox({ sandboxes: cache.sandboxes(memory.uid) });
      if (newest?.state === 'ready' && !memory.sandbox) await adoptSandbox(deps, memory, newest);
      await readTerminationMessages(deps, memory);
      watchProbes(deps, memory);
      keepVolumes(deps, memory);
      const view = viewOf(deps, memory);
      if (!memory.doom) announceDoom(deps, memory, doomOf(view, clock.now()));
      const { actions, wakeAt } = plan(memory.doom ? { ...view, doom: memory.doom } : view, clock.now());
      for (const action of actions) execute(deps, memory, action);
      await writeStatus(deps, memory, deps.signal);
      const collectAt = await collect(deps, memory, deps.signal);
      const renewAt = deps.tokens.renewAt(memory.uid) ?? Number.POSITIVE_INFINITY;
      if (renewAt <= clock.now()) memory.volumesStale = true;
      return Math.min(wakeAt ?? Number.POSITIVE_INFINITY, renewAt, collectAt);
    },
  };
}
