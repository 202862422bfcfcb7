/** The data that a pod worker plans from: the pod, its containers, and the agent's memory. Pure. */

import { mayRestartAll, restartPolicyOf, restartsAfter, restartsAllAfter } from '../../api/restart-rules.ts';
import type { core, Pod } from '../../api/types.ts';
import type { RuntimeContainer, RuntimeSandbox } from '../runtime/runtime.ts';
import { initContainersOf, isSidecar } from '../spec/containers.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import { statusOfContainer, statusOfEphemeral } from '../spec/statuses.ts';
import type { ResizeState } from './resize/state.ts';

/** The delay before a container restarts; `duration` in milliseconds, `updatedAt` in milliseconds since the epoch. */
export interface Backoff {
  duration: number;
  updatedAt: number;
}

/**
 * Why a container could not start, in upstream's words. The next attempt is due at `retryAt`, in milliseconds since the
 * epoch.
 */
export interface StartFailure {
  /** '' if the container keeps its waiting reason, e.g. while it waits for a volume. */
  reason: string;
  message: string;
  /** The image that the container cannot have, as the pod names it. */
  image?: string;
  retryAt: number;
}

export interface PodView {
  pod: Pod;
  sandboxes: readonly RuntimeSandbox[];
  containers: readonly RuntimeContainer[];
  /**
   * Names of the containers that an operation works on; `POD` is the sandbox, `RESTART` the restart of all, `RESIZE` a
   * resize.
   */
  busy: ReadonlySet<string>;
  backoffs: ReadonlyMap<string, Backoff>;
  /** By container name; `POD` is the sandbox. */
  failures: ReadonlyMap<string, StartFailure>;
  /** The failed probe of each container that must be killed, by container id. */
  unhealthy: ReadonlyMap<string, 'liveness' | 'startup'>;
  /** By container name: the id of the last run that the kubelet stopped to start the container again. */
  restarting: ReadonlyMap<string, string>;
  /** Ids of the running containers whose post-start hook runs: to the API they are still being created. */
  hooked: ReadonlySet<string>;
  /** Ids of the containers that are up: they started, the post-start hook ended, the startup probe passed. */
  started: ReadonlySet<string>;
  ready: ReadonlySet<string>;
  resize?: ResizeState;
  /** Set when the kubelet must end the pod. */
  failure?: PodFailure;
}

/** Names of operations that are no container's. */
export const sandboxName = 'POD';
export const restartAllName = 'RESTART';
export const resizeName = 'RESIZE';
export const sandboxLabel = 'io.kubernetes.sandbox.id';
export const hashLabel = 'annotation.io.kubernetes.container.hash';

const initialBackoff = 10_000;
const maxBackoff = 300_000;

/** https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/client-go/util/flowcontrol/backoff.go */
const expired = (backoff: Backoff, at: number): boolean => at - backoff.updatedAt > 2 * maxBackoff;

export const nextBackoff = (backoff: Backoff | undefined, now: number): Backoff =>
  !backoff || expired(backoff, now)
    ? { duration: initialBackoff, updatedAt: now }
    : { duration: Math.min(backoff.duration * 2, maxBackoff), updatedAt: now };

/** When a container that ended at `since` may restart, in milliseconds since the epoch; undefined: now. */
export const backoffEnd = (backoff: Backoff | undefined, since: number, now: number): number | undefined =>
  backoff && !expired(backoff, since) && now - since < backoff.duration ? since + backoff.duration : undefined;

/** Formats a duration as Go does: `10s`, `1m20s`, `5m0s`. */
export function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}

/** The runs of each container, in the order of their attempts. Cached by view, because a view's runs never change. */
const runs = new WeakMap<readonly RuntimeContainer[], ReadonlyMap<string, readonly RuntimeContainer[]>>();

/** All runs of a container that the runtime knows; the last one comes last. */
export function runsOf({ containers }: Pick<PodView, 'containers'>, name: string): readonly RuntimeContainer[] {
  const known = runs.get(containers);
  if (known) return known.get(name) ?? [];
  const byName = Map.groupBy(containers, (container) => container.name);
  for (const each of byName.values()) each.sort((a, b) => a.attempt - b.attempt);
  runs.set(containers, byName);
  return byName.get(name) ?? [];
}

/** The last run of a container. */
export const latest = (view: Pick<PodView, 'containers'>, name: string): RuntimeContainer | undefined =>
  runsOf(view, name).at(-1);

/** Caches an answer per view, because every container of the pod asks for it. */
function oncePerView<T>(answer: (view: PodView) => T): (view: PodView) => T {
  const answers = new WeakMap<PodView, { answer: T }>();
  return (view) => {
    const known = answers.get(view) ?? { answer: answer(view) };
    answers.set(view, known);
    return known.answer;
  };
}

/** The sandbox with the highest attempt number; undefined if there is none. */
export function newestSandbox(view: Pick<PodView, 'sandboxes'>): RuntimeSandbox | undefined {
  return view.sandboxes.reduce<RuntimeSandbox | undefined>(
    (newest, sandbox) => (!newest || sandbox.attempt >= newest.attempt ? sandbox : newest),
    undefined,
  );
}

export const isInSandbox = (container: RuntimeContainer, sandbox: RuntimeSandbox | undefined): boolean =>
  sandbox !== undefined && container.labels[sandboxLabel] === sandbox.id;

export const restartingAll = 'RestartingAllContainers';

/** True for the status of a container whose runs were removed by a restart of all containers. */
export const isRestartingAll = (status: core.ContainerStatus | undefined): boolean =>
  status?.state?.waiting?.reason === restartingAll;

/** The attempt number of the next run. It continues from the pod's status if the runtime lost the earlier runs. */
export function nextAttempt(view: PodView, name: string): number {
  const last = latest(view, name);
  if (last) return last.state === 'created' ? last.attempt : last.attempt + 1;
  const known = statusOfContainer(view.pod, name) ?? statusOfEphemeral(view.pod, name);
  // A container that waits for the restart of all has been counted up already.
  if (known && isRestartingAll(known)) return known.restartCount;
  return known?.containerID ? known.restartCount + 1 : 0;
}

/** A stable hash (FNV-1a, 32 bits) of the container's name and image. A changed hash restarts the container. */
export function containerHash(container: core.Container): string {
  let hash = 0x811c9dc5;
  for (const character of `${container.name}\n${container.image}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}

export const finishedTime = (container: RuntimeContainer): number => container.finishedAt || container.createdAt;

/** True if the container runs again after this exit code. Sidecars always do. */
export const restartsAfterExit = (pod: Pod, spec: core.Container, exitCode: number): boolean =>
  isSidecar(spec) || restartsAfter(spec, pod.spec, exitCode);

/**
 * True if a container runs again after its last run has ended, as its policy says. One that the kubelet stopped for a
 * failed probe, a new amount or a new image does so even if it ended well.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_manager.go
 * (computePodActions)
 */
export const runsAgain = ({ pod, restarting }: PodView, spec: core.Container, last: RuntimeContainer): boolean =>
  restartsAfterExit(pod, spec, last.exitCode) ||
  (restarting.get(spec.name) === last.id && restartPolicyOf(spec, pod.spec) !== 'Never');

/** True if every regular container has ended and will not restart. */
export const isFinished = oncePerView((view) =>
  view.pod.spec.containers.every((spec) => {
    const last = latest(view, spec.name);
    return last?.state === 'exited' && !runsAgain(view, spec, last);
  }),
);

/** True if an init container has failed and will not run again: the pod fails with it. */
export const initHasFailed = oncePerView((view) =>
  initContainersOf(view.pod).some((spec) => {
    const last = latest(view, spec.name);
    return last?.state === 'exited' && last.exitCode !== 0 && !restartsAfterExit(view.pod, spec, last.exitCode);
  }),
);

/**
 * True if the container's last run ended in a way that restarts all containers of the pod. The record of that run goes
 * last, so that a killed agent finishes the restart.
 */
export function startsRestartOfAll(view: Pick<PodView, 'containers'>, spec: core.Container): boolean {
  const last = latest(view, spec.name);
  return last?.state === 'exited' && restartsAllAfter(spec, last.exitCode);
}

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/container/helpers.go
 * (ShouldAllContainersRestart)
 */
export const allMustRestart = oncePerView(
  (view) =>
    mayRestartAll(view.pod.spec) &&
    [...initContainersOf(view.pod), ...view.pod.spec.containers].some((spec) => startsRestartOfAll(view, spec)),
);

/** True if every init container has ended, successfully or not. */
export const initHasEnded = oncePerView((view) =>
  initContainersOf(view.pod).every((spec) => latest(view, spec.name)?.state === 'exited'),
);
