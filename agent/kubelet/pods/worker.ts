/**
 * One pass over one pod: look, plan, set operations going, write the status. Passes of a pod never overlap (the queue
 * sees to that); operations run beside them, at most one per container, and ask for another pass when they end.
 */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { pods } from '../../api/core/pod.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { core } from '../../api/types.ts';
import type { KubeletDeps } from '../deps.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { isMissing } from '../volumes/paths.ts';
import { containerAnnouncer, podAnnouncer } from './events.ts';
import { type PodMemory, remember } from './memory.ts';
import { allContainersOf, latest, newestSandbox, type PodView, sandboxName } from './model.ts';
import { type Action, doomOf, plan } from './plan.ts';
import { prepareVolumes, startContainer } from './start-container.ts';
import { adoptSandbox, startSandbox } from './start-sandbox.ts';
import { statusOf } from './status.ts';
import { killContainer, releaseSandboxes, removePod, stopContainers } from './stop.ts';

export interface PodWorker {
  /** Returns when to come back even if nothing happens. */
  pass(memory: PodMemory): Promise<number | undefined>;
}

const stopName = 'STOP';
const finishName = 'FINISH';
const isEnding = (operation: string): boolean => operation === stopName || operation === finishName;
const sandboxRetry = 2_000;
const failurePause = 1_000;
const collectAfter = 10_000;
/** Upstream's limit: https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
const maxTerminationMessage = 4096;
const maxLogMessage = 2048;

export function createPodWorker(deps: KubeletDeps, onGone: (uid: string) => void): PodWorker {
  const { cache, clock, log, probes } = deps;

  /** Runs beside the passes; a failure that is not handled inside is logged and comes back with the next pass. */
  const operate = (memory: PodMemory, name: string, operation: (signal: AbortSignal) => Promise<void>): void => {
    const controller = new AbortController();
    memory.busy.set(name, controller);
    const signal = AbortSignal.any([deps.signal, controller.signal]);
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
  };

  const bringUpSandbox = (memory: PodMemory, attempt: number): void => {
    memory.startingAttempt = attempt;
    operate(memory, sandboxName, async (signal) => {
      try {
        await startSandbox(deps, memory, attempt, signal);
        memory.failures.delete(sandboxName);
      } catch (error) {
        if (signal.aborted) return;
        const message = `Failed to create pod sandbox: ${error instanceof Error ? error.message : String(error)}`;
        podAnnouncer(deps.recorder, memory)('Warning', 'FailedCreatePodSandBox', message);
        memory.failures.set(sandboxName, { reason: '', message, retryAt: clock.now() + sandboxRetry });
        await releaseSandboxes(deps, memory.uid, signal);
      } finally {
        memory.startingAttempt = undefined;
      }
    });
    cache.touch(memory.uid);
  };

  const graceOf = ({ pod }: PodMemory): number =>
    (pod.metadata.deletionTimestamp ? pod.metadata.deletionGracePeriodSeconds : undefined) ??
    pod.spec.terminationGracePeriodSeconds ??
    30;

  const stop = (memory: PodMemory): void => {
    const deadline = clock.now() + graceOf(memory) * 1000;
    if (memory.stopBy !== undefined && memory.stopBy <= deadline && memory.busy.has(stopName)) return;
    memory.stopBy = deadline;
    for (const [name, controller] of memory.busy) if (!isEnding(name)) controller.abort();
    // What is aborted asks for another pass when it has ended.
    if (cache.containers(memory.uid).every(({ state }) => state !== 'running')) return;
    operate(memory, stopName, (signal) => stopContainers(deps, memory, deadline, signal));
  };

  /** Once: after it the watch says that the pod is gone, or whoever holds a finalizer lets go of it. */
  const finish = (memory: PodMemory): void => {
    if (memory.finished || memory.busy.size > 0) return;
    operate(memory, finishName, async (signal) => {
      await releaseSandboxes(deps, memory.uid, signal);
      await readTerminationMessages(memory);
      await writeStatus(memory, signal);
      const { name, namespace, uid } = memory.pod.metadata;
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      try {
        await deps.client.resource(pods).delete(name, namespace, options, signal);
      } catch (error) {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
      memory.finished = true;
    });
  };

  const kill = (memory: PodMemory, container: RuntimeContainer, message: string): void => {
    const spec = allContainersOf(memory.pod).find(({ name }) => name === container.name);
    const probe = spec?.livenessProbe?.terminationGracePeriodSeconds;
    const grace = probe ?? memory.pod.spec.terminationGracePeriodSeconds ?? 30;
    operate(memory, container.name, (signal) =>
      killContainer(deps, memory, container, message, clock.now() + grace * 1000, signal),
    );
  };

  const announceBackOff = (memory: PodMemory, container: RuntimeContainer, message: string): void => {
    if (memory.announced.has(container.id)) return;
    memory.announced.add(container.id);
    containerAnnouncer(deps.recorder, memory, container.name)('Warning', 'BackOff', message);
  };

  const execute = (memory: PodMemory, action: Action): void => {
    switch (action.kind) {
      case 'createSandbox':
        bringUpSandbox(memory, action.attempt);
        break;
      case 'startContainer':
        memory.failures.delete(action.name);
        operate(memory, action.name, (signal) => startContainer(deps, memory, action, signal));
        break;
      case 'killContainer':
        kill(memory, action.container, action.message);
        break;
      case 'backOff':
        announceBackOff(memory, action.container, action.message);
        break;
      case 'stopPod':
        stop(memory);
        break;
      case 'finishDelete':
        finish(memory);
        break;
      case 'releaseSandbox':
        operate(memory, sandboxName, (signal) => releaseSandboxes(deps, memory.uid, signal));
        break;
    }
  };

  const messageOf = async (
    memory: PodMemory,
    spec: core.Container | undefined,
    container: RuntimeContainer,
  ): Promise<string> => {
    let text = '';
    try {
      const path = deps.paths.terminationLog(memory.uid, container.name, container.attempt);
      text = (await readFile(path, 'utf8')).slice(0, maxTerminationMessage);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    if (text || spec?.terminationMessagePolicy !== 'FallbackToLogsOnError' || container.exitCode === 0) return text;
    const options = { follow: false, timestamps: false, tailLines: 80 };
    const chunks: Uint8Array[] = [];
    for await (const chunk of deps.runtime.logs(container.id, options, deps.signal)) chunks.push(chunk);
    return Buffer.concat(chunks).subarray(-maxLogMessage).toString('utf8');
  };

  async function readTerminationMessages(memory: PodMemory): Promise<void> {
    for (const container of cache.containers(memory.uid)) {
      if (container.state !== 'exited' || memory.terminationMessages.has(container.id)) continue;
      const spec = allContainersOf(memory.pod).find(({ name }) => name === container.name);
      memory.terminationMessages.set(container.id, await messageOf(memory, spec, container));
    }
  }

  const viewOf = (memory: PodMemory): PodView => {
    const from = memory.startingAttempt ?? 0;
    const containers = cache.containers(memory.uid);
    const up = containers.filter(({ state, name }) => state === 'running' && !memory.busy.has(name));
    const unhealthy = up.flatMap(({ id }): [string, 'liveness' | 'startup'][] => {
      const probe = probes.unhealthy(id);
      return probe ? [[id, probe]] : [];
    });
    return {
      pod: memory.pod,
      sandboxes: cache.sandboxes(memory.uid).filter(({ attempt }) => attempt >= from),
      containers,
      busy: new Set([...memory.busy.keys()].filter((name) => !isEnding(name))),
      backoffs: memory.backoffs,
      failures: memory.failures,
      unhealthy: new Map(unhealthy),
      started: new Set(up.filter(({ id }) => probes.started(id)).map(({ id }) => id)),
      ready: new Set(up.filter(({ id }) => probes.started(id) && probes.ready(id)).map(({ id }) => id)),
      ...(memory.doom ? { doom: memory.doom } : {}),
    };
  };

  const watchProbes = (memory: PodMemory): void => {
    const running = cache.containers(memory.uid).filter(({ state }) => state === 'running');
    const ending = memory.pod.metadata.deletionTimestamp !== undefined || memory.stopBy !== undefined;
    probes.retain(memory.uid, new Set(running.map(({ id }) => id)));
    if (memory.ip === undefined || ending) return;
    for (const run of running) {
      const spec = allContainersOf(memory.pod).find(({ name }) => name === run.name);
      if (spec && !memory.busy.has(run.name)) probes.watch(memory.pod, spec, run, memory.ip);
    }
  };

  async function writeStatus(memory: PodMemory, signal: AbortSignal): Promise<void> {
    const facts = {
      runtimeName: deps.runtimeName,
      terminationMessages: memory.terminationMessages,
      hostIP: deps.config.nodeIP,
      seenAt: memory.seenAt,
      ...(memory.ip === undefined ? {} : { podIP: memory.ip }),
    };
    const status = JSON.parse(JSON.stringify(statusOf(viewOf(memory), facts, clock.now()))) as core.PodStatus;
    if (isDeepStrictEqual(status, memory.written ?? memory.pod.status)) return;
    const { name, namespace, uid } = memory.pod.metadata;
    const patch = { metadata: { uid }, status };
    try {
      const options = { subresource: 'status' };
      const written = await deps.client
        .resource(pods)
        .patch(name, namespace, 'application/merge-patch+json', patch, options, signal);
      memory.written = status;
      remember(memory, written);
    } catch (error) {
      // Deleted or replaced meanwhile: the watch will say so.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  /**
   * One dead run per container stays for `logs --previous`; older sandboxes go. Not while things start: after a restart
   * of the node every pod leaves something, and the engine has better things to do. Returns when it is time.
   */
  const collect = async (memory: PodMemory, signal: AbortSignal): Promise<number> => {
    const due = (newestSandbox({ sandboxes: cache.sandboxes(memory.uid) })?.createdAt ?? 0) + collectAfter;
    if (due > clock.now()) return due;
    const containers = cache.containers(memory.uid);
    for (const container of containers) {
      const last = latest({ containers }, container.name);
      if (!last || container.attempt >= last.attempt - 1 || container.state === 'running') continue;
      cache.forget(container.id);
      await deps.runtime.removeContainer(container.id, signal);
    }
    const sandboxes = cache.sandboxes(memory.uid);
    const newest = newestSandbox({ sandboxes });
    for (const sandbox of sandboxes) {
      if (newest?.state !== 'ready' || sandbox.attempt >= newest.attempt) continue;
      cache.forget(sandbox.id);
      if (!sandbox.hostNetwork) await deps.network.detach(sandbox.id);
      await deps.runtime.removeSandbox(sandbox.id, signal);
    }
    return Number.POSITIVE_INFINITY;
  };

  const cleanUp = (memory: PodMemory): void => {
    if (memory.cleaning || memory.busy.has(stopName)) return;
    memory.cleaning = true;
    for (const controller of memory.busy.values()) controller.abort();
    probes.retain(memory.uid, new Set());
    deps.sources.follow(memory.uid, undefined);
    deps.tokens.forget(memory.uid);
    removeAll(memory).catch((error) => {
      memory.cleaning = false;
      if (deps.signal.aborted) return;
      log.error('Cannot clean up after a pod, will retry', { pod: memory.pod.metadata.name, error });
      clock.after(sandboxRetry, () => cache.touch(memory.uid));
    });
  };

  /** A pod deleted by force still gets its containers stopped, quickly. */
  const removeAll = async (memory: PodMemory): Promise<void> => {
    await stopContainers(deps, memory, clock.now() + 2_000, deps.signal);
    await releaseSandboxes(deps, memory.uid, deps.signal);
    await removePod(deps, memory.uid, deps.signal);
    onGone(memory.uid);
  };

  const keepVolumes = (memory: PodMemory): void => {
    if (!memory.volumesStale || !memory.volumes || memory.pod.metadata.deletionTimestamp) return;
    prepareVolumes(deps, memory).catch((error) => {
      podAnnouncer(deps.recorder, memory)(
        'Warning',
        'FailedMount',
        `MountVolume.SetUp failed: ${(error as Error).message}`,
      );
      memory.volumes = undefined;
    });
  };

  return {
    async pass(memory) {
      if (memory.gone) {
        cleanUp(memory);
        return undefined;
      }
      const newest = newestSandbox({ sandboxes: cache.sandboxes(memory.uid) });
      if (newest?.state === 'ready' && !memory.sandbox) await adoptSandbox(deps, memory, newest);
      await readTerminationMessages(memory);
      watchProbes(memory);
      keepVolumes(memory);
      const view = viewOf(memory);
      memory.doom ??= doomOf(view, clock.now());
      const { actions, wakeAt } = plan(memory.doom ? { ...view, doom: memory.doom } : view, clock.now());
      for (const action of actions) execute(memory, action);
      await writeStatus(memory, deps.signal);
      const collectAt = await collect(memory, deps.signal);
      const renewAt = deps.tokens.renewAt(memory.uid) ?? Number.POSITIVE_INFINITY;
      if (renewAt <= clock.now()) memory.volumesStale = true;
      return Math.min(wakeAt ?? Number.POSITIVE_INFINITY, renewAt, collectAt);
    },
  };
}
