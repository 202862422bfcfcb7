/**
 * Operations run beside the passes of a pod: at most one per container, and one for the sandbox, named `POD`. Each
 * operation asks for another pass when it ends.
 */

import { pods } from '../../api/core/pod.ts';
import { isConflict, isNotFound, messageOf } from '../../api/errors.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { containerNamed } from '../spec/containers.ts';
import { graceSecondsOf, isStatic } from '../spec/pod.ts';
import { podAnnouncer } from './events.ts';
import { finishName, isEnding, type PodMemory, stopName } from './memory.ts';
import { restartAllName, sandboxName } from './model.ts';
import type { DeleteOperation, OperationRunner, SandboxOperation, StopOperation } from './parts.ts';
import { runtimeHandlerOf } from './runtime-handler.ts';
import { startSandbox } from './start-sandbox.ts';
import { killContainer, releaseSandboxes, removeForRestart, stopContainers } from './stop.ts';
import { readTerminationMessages } from './termination-message.ts';
import { writeStatus } from './write-status.ts';

const sandboxRetry = 2_000;
const failurePause = 1_000;

/** Starts an operation. An unhandled failure is logged, and the next pass retries. */
export function operate(
  { cache, clock, log, signal: life }: OperationRunner,
  memory: PodMemory,
  name: string,
  operation: (signal: AbortSignal) => Promise<void>,
): void {
  const controller = new AbortController();
  memory.operations.set(name, controller);
  const signal = AbortSignal.any([life, controller.signal]);
  const end = (): void => {
    if (memory.operations.get(name) === controller) memory.operations.delete(name);
    cache.touch(memory.uid);
  };
  // End in a later turn: passes and operations that end at once would otherwise starve the event loop.
  const soon = () => void clock.after(0, end);
  operation(signal).then(soon, (error) => {
    if (signal.aborted) {
      soon();
      return;
    }
    log.error('Pod operation failed', { pod: memory.pod.metadata.name, operation: name, error });
    // Stay busy for a moment, so that an operation that fails at once is not retried without a pause.
    clock.after(failurePause, end);
  });
}

/** Starts the sandbox of this attempt in an operation. A failure is announced, and retried after two seconds. */
export function bringUpSandbox(parts: SandboxOperation, memory: PodMemory, attempt: number): void {
  memory.sandbox.startingAttempt = attempt;
  if (attempt > 0) {
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    podAnnouncer(parts.recorder, memory)('Normal', 'SandboxChanged', message);
  }
  operate(parts, memory, sandboxName, async (signal) => {
    try {
      const handler = await runtimeHandlerOf(parts, memory.pod, signal);
      await startSandbox(parts, memory, handler === undefined ? { attempt } : { attempt, handler }, signal);
      memory.starts.failures.delete(sandboxName);
    } catch (error) {
      if (signal.aborted) return;
      const message = `Failed to create pod sandbox: ${messageOf(error)}`;
      podAnnouncer(parts.recorder, memory)('Warning', 'FailedCreatePodSandBox', message);
      memory.starts.failures.set(sandboxName, { reason: '', message, retryAt: parts.clock.now() + sandboxRetry });
      await releaseSandboxes(parts, memory.uid, signal);
    } finally {
      memory.sandbox.startingAttempt = undefined;
    }
  });
  parts.cache.touch(memory.uid);
}

const graceOf = ({ pod, end: { failure } }: PodMemory): number =>
  failure?.graceSeconds ??
  Number((pod.metadata.deletionTimestamp ? pod.metadata.deletionGracePeriodSeconds : undefined) ?? graceSecondsOf(pod));

/** Aborts starts under way and stops all containers within the pod's grace period, in one operation. */
export function stopPod(parts: StopOperation, memory: PodMemory): void {
  const deadline = parts.clock.now() + graceOf(memory) * 1000;
  if (memory.end.stopBy !== undefined && memory.end.stopBy <= deadline && memory.operations.has(stopName)) return;
  memory.end.stopBy = deadline;
  for (const [name, controller] of memory.operations) if (!isEnding(name)) controller.abort();
  // Each aborted operation asks for another pass when it ends.
  if (parts.cache.containers(memory.uid).every(({ state }) => state !== 'running')) return;
  operate(parts, memory, stopName, (signal) => stopContainers(parts, memory, deadline, signal));
}

/**
 * Restarts all containers of the pod in its sandbox: stops and removes them, and the next pass starts the pod anew.
 * Operations on single containers end first.
 */
export function restartAll(parts: StopOperation, memory: PodMemory): void {
  const others = [...memory.operations].filter(([name]) => name !== sandboxName && !isEnding(name));
  for (const [, controller] of others) controller.abort();
  // Each aborted operation asks for another pass when it ends.
  if (others.length > 0) return;
  operate(parts, memory, restartAllName, (signal) => removeForRestart(parts, memory, signal));
}

/** Deletes the pod from the API, once. The watch then reports the pod as gone, unless a finalizer still holds it. */
export function finishDelete(parts: DeleteOperation, memory: PodMemory): void {
  if (memory.end.finished || memory.operations.size > 0) return;
  operate(parts, memory, finishName, async (signal) => {
    await releaseSandboxes(parts, memory.uid, signal);
    if (isStatic(memory.asked)) {
      memory.end.gone = true;
      return;
    }
    await readTerminationMessages(parts, memory);
    await writeStatus(parts, memory, signal);
    const { name, namespace, uid } = memory.pod.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    try {
      await parts.client.resource(pods).delete(name, namespace, options, signal);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    memory.end.finished = true;
  });
}

/**
 * Stops one container, to start it again, within the grace period of its liveness probe or its pod. `message` goes into
 * the event Killing.
 */
export function killOne(parts: StopOperation, memory: PodMemory, container: RuntimeContainer, message: string): void {
  const spec = containerNamed(memory.pod, container.name);
  const probe = spec?.livenessProbe?.terminationGracePeriodSeconds;
  const grace = Number(probe ?? graceSecondsOf(memory.pod));
  memory.starts.restarting.set(container.name, container.id);
  operate(parts, memory, container.name, (signal) =>
    killContainer(parts, memory, container, message, parts.clock.now() + grace * 1000, signal),
  );
}
