/** What a pod worker decides on: the pod, what runs of it, and what this agent remembers. Pure. */

import type { core, Pod } from '../../api/types.ts';
import type { RuntimeContainer, RuntimeSandbox } from '../runtime/runtime.ts';
import { initContainersOf, isSidecar } from '../spec/containers.ts';
import { statusOfContainer, statusOfEphemeral } from '../spec/statuses.ts';

/** Delay before a container is started again; `duration` and `updatedAt` in milliseconds. */
export interface Backoff {
  duration: number;
  updatedAt: number;
}

/** Why a container could not be started, in upstream's words; tried again at `retryAt`. */
export interface StartFailure {
  /** '' where the container just goes on waiting, e.g. for a volume. */
  reason: string;
  message: string;
  retryAt: number;
}

/** Why the kubelet ends a pod that nobody deleted; `reason` and `message` go into its status. */
export interface PodFailure {
  reason: string;
  message: string;
  /** The node rejected the pod, so none of its containers ever ran. */
  rejected?: true;
}

export interface PodView {
  pod: Pod;
  sandboxes: readonly RuntimeSandbox[];
  containers: readonly RuntimeContainer[];
  /** Names of containers with an operation under way; `POD` is the sandbox. */
  busy: ReadonlySet<string>;
  backoffs: ReadonlyMap<string, Backoff>;
  /** By container name; `POD` is the sandbox. */
  failures: ReadonlyMap<string, StartFailure>;
  /** By container id: which probe wants the container killed. */
  unhealthy: ReadonlyMap<string, 'liveness' | 'startup'>;
  /** Ids of containers that are up: started, post-start hook done, startup probe passed. */
  started: ReadonlySet<string>;
  ready: ReadonlySet<string>;
  /** Set when the kubelet must end the pod. */
  failure?: PodFailure;
}

export const sandboxName = 'POD';
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

/** When a container that ended at `since` may start again; undefined: now. */
export const backoffEnd = (backoff: Backoff | undefined, since: number, now: number): number | undefined =>
  backoff && !expired(backoff, since) && now - since < backoff.duration ? since + backoff.duration : undefined;

/** As Go prints a duration: `10s`, `1m20s`, `5m0s`. */
export function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}

/** By container, in the order of their attempts. A view's runs do not change: they are gone through once. */
const runs = new WeakMap<readonly RuntimeContainer[], ReadonlyMap<string, readonly RuntimeContainer[]>>();

/** Every run of a container that the runtime knows, the last one at the end. */
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

/** What every container of a pod may ask, answered once per view. */
function oncePerView<T>(answer: (view: PodView) => T): (view: PodView) => T {
  const answers = new WeakMap<PodView, { answer: T }>();
  return (view) => {
    const known = answers.get(view) ?? { answer: answer(view) };
    answers.set(view, known);
    return known.answer;
  };
}

export function newestSandbox(view: Pick<PodView, 'sandboxes'>): RuntimeSandbox | undefined {
  return view.sandboxes.reduce<RuntimeSandbox | undefined>(
    (newest, sandbox) => (!newest || sandbox.attempt >= newest.attempt ? sandbox : newest),
    undefined,
  );
}

export const isInSandbox = (container: RuntimeContainer, sandbox: RuntimeSandbox | undefined): boolean =>
  sandbox !== undefined && container.labels[sandboxLabel] === sandbox.id;

/** Counts go on where the runtime's record of earlier runs is gone. */
export function nextAttempt(view: PodView, name: string): number {
  const last = latest(view, name);
  if (last) return last.state === 'created' ? last.attempt : last.attempt + 1;
  const known = statusOfContainer(view.pod, name) ?? statusOfEphemeral(view.pod, name);
  return known?.containerID ? known.restartCount + 1 : 0;
}

/** A stable hash of what makes a container; a change restarts it. FNV-1a, 32 bits. */
export function containerHash(container: core.Container): string {
  let hash = 0x811c9dc5;
  for (const character of `${container.name}\n${container.image}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}

export const finishedTime = (container: RuntimeContainer): number => container.finishedAt || container.createdAt;

export function restartsAfterExit(pod: Pod, spec: core.Container, exitCode: number): boolean {
  if (isSidecar(spec)) return true;
  if (pod.spec.restartPolicy === 'Never') return false;
  return pod.spec.restartPolicy !== 'OnFailure' || exitCode !== 0;
}

/** Every regular container has ended for good. */
export const isFinished = oncePerView((view) =>
  view.pod.spec.containers.every((spec) => {
    const last = latest(view, spec.name);
    return last?.state === 'exited' && !restartsAfterExit(view.pod, spec, last.exitCode);
  }),
);

/** Every init container has ended, one way or the other. */
export const initHasEnded = oncePerView((view) =>
  initContainersOf(view.pod).every((spec) => latest(view, spec.name)?.state === 'exited'),
);
