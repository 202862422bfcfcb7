/**
 * One pass over one pod: build the view, plan, start operations, write the status. The queue keeps passes of one pod
 * from overlapping. Operations run beside the passes, at most one per container, and ask for another pass when they
 * end.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/pod_workers.go
 */

import type { Recorder } from '../../client/recorder.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { containerNamed } from '../spec/containers.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import { cleanUp, collect } from './clean-up.ts';
import { containerAnnouncer, podAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';
import { newestSandbox, resizeName, sandboxName } from './model.ts';
import { bringUpSandbox, finishDelete, killOne, operate, restartAll, stopPod } from './operations.ts';
import type { PodParts, ViewSource } from './parts.ts';
import { type Action, plan, podFailure } from './plan.ts';
import { keepVolumes } from './pod-volumes.ts';
import { finishResize, resizeContainers } from './resize/apply.ts';
import { startContainer } from './start-container.ts';
import { adoptSandbox } from './start-sandbox.ts';
import { releaseSandboxes } from './stop.ts';
import { readTerminationMessages } from './termination-message.ts';
import { viewOf, writeStatus } from './write-status.ts';

export interface PodWorker {
  /** Returns when to run the next pass even if nothing happens, in milliseconds since the epoch. */
  pass(memory: PodMemory): Promise<number | undefined>;
}

function announceBackOff(recorder: Recorder, memory: PodMemory, container: RuntimeContainer, message: string): void {
  if (memory.starts.announced.has(container.id)) return;
  memory.starts.announced.add(container.id);
  containerAnnouncer(recorder, memory, container.name)('Warning', 'BackOff', message);
}

function execute(parts: PodParts, memory: PodMemory, action: Action): void {
  switch (action.kind) {
    case 'createSandbox':
      bringUpSandbox(parts, memory, action.attempt);
      break;
    case 'startContainer':
      memory.starts.failures.delete(action.name);
      operate(parts, memory, action.name, (signal) =>
        memory.starts.slots.use(() => startContainer(parts, memory, action, signal)),
      );
      break;
    case 'killContainer':
      killOne(parts, memory, action.container, action.message);
      break;
    case 'backOff':
      announceBackOff(parts.recorder, memory, action.container, action.message);
      break;
    case 'stopPod':
      stopPod(parts, memory);
      break;
    case 'finishDelete':
      finishDelete(parts, memory);
      break;
    case 'restartAll':
      restartAll(parts, memory);
      break;
    case 'resize':
      operate(parts, memory, resizeName, (signal) => resizeContainers(parts, memory, action.changes, signal));
      break;
    case 'releaseSandbox':
      operate(parts, memory, sandboxName, (signal) => releaseSandboxes(parts, memory.uid, signal));
      break;
  }
}

function watchProbes({ cache, probes }: ViewSource, memory: PodMemory): void {
  const running = cache.containers(memory.uid).filter(({ state }) => state === 'running');
  const ending = memory.pod.metadata.deletionTimestamp !== undefined || memory.end.stopBy !== undefined;
  probes.retain(memory.uid, new Set(running.map(({ id }) => id)));
  const [ip] = memory.sandbox.ips ?? [];
  if (ip === undefined || ending) return;
  for (const run of running) {
    const spec = containerNamed(memory.pod, run.name);
    if (spec && !memory.operations.has(run.name)) probes.watch(memory.pod, spec, run, ip);
  }
}

/** Remembers a failure and announces it, unless an earlier process already wrote it to the status. */
export function recordFailure(recorder: Recorder, memory: PodMemory, failure: PodFailure | undefined): void {
  if (!failure) return;
  memory.end.failure = failure;
  if (!failure.quiet && memory.pod.status?.reason !== failure.reason) {
    podAnnouncer(recorder, memory)(failure.warns ? 'Warning' : 'Normal', failure.reason, failure.message);
  }
}

export function createPodWorker(parts: PodParts, onGone: (uid: string) => void): PodWorker {
  const { cache, clock } = parts;
  return {
    async pass(memory) {
      if (memory.end.gone) {
        cleanUp(parts, memory, onGone);
        return undefined;
      }
      const newest = newestSandbox({ sandboxes: cache.sandboxes(memory.uid) });
      if (newest?.state === 'ready' && !memory.sandbox.start) await adoptSandbox(parts, memory, newest);
      await readTerminationMessages(parts, memory);
      watchProbes(parts, memory);
      keepVolumes(parts, memory);
      finishResize(parts.recorder, memory, cache.containers(memory.uid));
      const view = viewOf(parts, memory);
      if (!memory.end.failure) recordFailure(parts.recorder, memory, podFailure(view, clock.now()));
      const { failure } = memory.end;
      const { actions, wakeAt } = plan(failure ? { ...view, failure } : view, clock.now());
      for (const action of actions) execute(parts, memory, action);
      await writeStatus(parts, memory, parts.signal);
      const collectAt = await collect(parts, memory, parts.signal);
      const renewAt = parts.tokens.renewAt(memory.uid) ?? Number.POSITIVE_INFINITY;
      if (renewAt <= clock.now()) memory.volumes.stale = true;
      return Math.min(wakeAt ?? Number.POSITIVE_INFINITY, renewAt, collectAt);
    },
  };
}
