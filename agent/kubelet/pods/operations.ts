/**
 * What runs beside the passes of a pod, at most one operation per container (and one for the sandbox, named `POD`). Each
 * asks for another pass when it ends.
 */

import { pods } from '../../api/core/pod.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { KubeletDeps } from '../deps.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { allContainersOf } from '../spec/containers.ts';
import { graceSecondsOf } from '../spec/pod.ts';
import { podAnnouncer } from './events.ts';
import { finishName, isEnding, type PodMemory, stopName } from './memory.ts';
import { sandboxName } from './model.ts';
import { startSandbox } from './start-sandbox.ts';
import { killContainer, releaseSandboxes, stopContainers } from './stop.ts';
import { readTerminationMessages } from './termination-message.ts';
import { writeStatus } from './write-status.ts';

const sandboxRetry = 2_000;
const failurePause = 1_000;

/** Runs beside the passes; a failure that is not handled inside is logged and comes back with the next pass. */
export function operate(
  { cache, clock, log, signal: life }: KubeletDeps,
  memory: PodMemory,
  name: string,
  operation: (signal: AbortSignal) => Promise<void>,
): void {
  const controller = new AbortController();
  memory.busy.set(name, controller);
  const signal = AbortSignal.any([life, controller.signal]);
  const end = (): void => {
    if (memory.busy.get(name) === controller) memory.busy.delete(name);
    cache.touch(memory.uid);
  };
  // Never in the same turn: passes and operations that end at once would otherwise starve everything else.
  const soon = () => void clock.after(0, end);
  operation(signal).then(soon, (error) => {
    if (signal.aborted) {
      soon();
      return;
    }
    log.error('Pod operation failed', { pod: memory.pod.metadata.name, operation: name, error });
    // Busy meanwhile, so that what fails at once is not tried without a pause.
    clock.after(failurePause, end);
  });
}

export function bringUpSandbox(deps: KubeletDeps, memory: PodMemory, attempt: number): void {
  memory.startingAttempt = attempt;
  if (attempt > 0) {
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    podAnnouncer(deps.recorder, memory)('Normal', 'SandboxChanged', message);
  }
  operate(deps, memory, sandboxName, async (signal) => {
    try {
      await startSandbox(deps, memory, attempt, signal);
      memory.failures.delete(sandboxName);
    } catch (error) {
      if (signal.aborted) return;
      const message = `Failed to create pod sandbox: ${error instanceof Error ? error.message : String(error)}`;
      podAnnouncer(deps.recorder, memory)('Warning', 'FailedCreatePodSandBox', message);
      memory.failures.set(sandboxName, { reason: '', message, retryAt: deps.clock.now() + sandboxRetry });
      await releaseSandboxes(deps, memory.uid, signal);
    } finally {
      memory.startingAttempt = undefined;
    }
  });
  deps.cache.touch(memory.uid);
}

const graceOf = ({ pod }: PodMemory): number =>
  (pod.metadata.deletionTimestamp ? pod.metadata.deletionGracePeriodSeconds : undefined) ?? graceSecondsOf(pod);

export function stopPod(deps: KubeletDeps, memory: PodMemory): void {
  const deadline = deps.clock.now() + graceOf(memory) * 1000;
  if (memory.stopBy !== undefined && memory.stopBy <= deadline && memory.busy.has(stopName)) return;
  memory.stopBy = deadline;
  for (const [name, controller] of memory.busy) if (!isEnding(name)) controller.abort();
  // What is aborted asks for another pass when it has ended.
  if (deps.cache.containers(memory.uid).every(({ state }) => state !== 'running')) return;
  operate(deps, memory, stopName, (signal) => stopContainers(deps, memory, deadline, signal));
}

/** Once: after it the watch says that the pod is gone, or whoever holds a finalizer lets go of it. */
export function finishDelete(deps: KubeletDeps, memory: PodMemory): void {
  if (memory.finished || memory.busy.size > 0) return;
  operate(deps, memory, finishName, async (signal) => {
    await releaseSandboxes(deps, memory.uid, signal);
    await readTerminationMessages(deps, memory);
    await writeStatus(deps, memory, signal);
    const { name, namespace, uid } = memory.pod.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    try {
      await deps.client.resource(pods).delete(name, namespace, options, signal);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    memory.finished = true;
  });
}

export function killOne(deps: KubeletDeps, memory: PodMemory, container: RuntimeContainer, message: string): void {
  const spec = allContainersOf(memory.pod).find(({ name }) => name === container.name);
  const probe = spec?.livenessProbe?.terminationGracePeriodSeconds;
  const grace = probe ?? graceSecondsOf(memory.pod);
  operate(deps, memory, container.name, (signal) =>
    killContainer(deps, memory, container, message, deps.clock.now() + grace * 1000, signal),
  );
}
