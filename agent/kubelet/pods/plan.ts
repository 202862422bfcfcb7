/**
 * Plans the next actions for one pod: data in, actions out. Follows upstream's computePodActions.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_manager.go
 */

import { restartPolicyOf } from '../../api/restart-rules.ts';
import type { core } from '../../api/types.ts';
import type { RuntimeContainer, RuntimeSandbox } from '../runtime/runtime.ts';
import { ephemeralContainersOf, initContainersOf, isSidecar } from '../spec/containers.ts';
import { isTerminal } from '../spec/pod.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import {
  allMustRestart,
  backoffEnd,
  containerHash,
  finishedTime,
  goDuration,
  hashLabel,
  initHasFailed,
  isFinished,
  isInSandbox,
  latest,
  newestSandbox,
  nextAttempt,
  type PodView,
  resizeName,
  restartAllName,
  runsAgain,
  sandboxName,
} from './model.ts';
import type { ContainerChange } from './resize/apply.ts';
import { changeOf, needsRestart } from './resize/change.ts';

export type Action =
  | { kind: 'createSandbox'; attempt: number }
  | { kind: 'startContainer'; name: string; attempt: number; restart: boolean }
  | { kind: 'killContainer'; container: RuntimeContainer; message: string }
  | { kind: 'backOff'; container: RuntimeContainer; message: string }
  /** Stops all running containers, in order. */
  | { kind: 'stopPod' }
  /** All containers have stopped: clean up and delete the pod from the API. */
  | { kind: 'finishDelete' }
  | { kind: 'releaseSandbox'; sandbox: RuntimeSandbox }
  /** Stops all containers and removes their records, so that the pod starts anew in its sandbox. */
  | { kind: 'restartAll' }
  /** Changes what running containers have. */
  | { kind: 'resize'; changes: readonly ContainerChange[] };

export interface Plan {
  actions: Action[];
  /** When to plan again even if nothing happens, in milliseconds since the epoch. */
  wakeAt?: number;
}

class Planner {
  readonly view: PodView;
  readonly now: number;
  readonly actions: Action[] = [];
  wakeAt: number | undefined;
  readonly #sandbox: RuntimeSandbox | undefined;
  readonly #changes: ContainerChange[] = [];

  constructor(view: PodView, now: number) {
    this.view = view;
    this.now = now;
    this.#sandbox = newestSandbox(view);
  }

  wake(at: number): void {
    this.wakeAt = this.wakeAt === undefined ? at : Math.min(this.wakeAt, at);
  }

  /** Ends the pod: first its containers, then its sandbox. Ended containers stay for logs until the pod is deleted. */
  end(): void {
    const { view } = this;
    if (view.busy.size > 0 && view.containers.every(({ state }) => state !== 'running')) {
      // The worker aborts starts under way; the next pass sees what they left behind.
      this.actions.push({ kind: 'stopPod' });
      return;
    }
    if (view.containers.some(({ state }) => state === 'running')) this.actions.push({ kind: 'stopPod' });
    else if (view.pod.metadata.deletionTimestamp) this.actions.push({ kind: 'finishDelete' });
    else {
      for (const sandbox of view.sandboxes) {
        if (sandbox.state === 'ready') this.actions.push({ kind: 'releaseSandbox', sandbox });
      }
    }
  }

  #replaceSandbox(): void {
    const { view } = this;
    for (const container of view.containers) {
      if (container.state === 'running' && !view.busy.has(container.name)) {
        this.actions.push({
          kind: 'killContainer',
          container,
          message: `Stopping container ${container.name}`,
        });
      }
    }
    const failure = view.failures.get(sandboxName);
    if (failure && failure.retryAt > this.now) this.wake(failure.retryAt);
    else this.actions.push({ kind: 'createSandbox', attempt: this.#sandbox ? this.#sandbox.attempt + 1 : 0 });
  }

  run(): void {
    const { view } = this;
    const starting = view.busy.has(sandboxName);
    if (!starting && this.#sandbox?.state !== 'ready') {
      this.#replaceSandbox();
      return;
    }
    if (allMustRestart(view)) {
      if (!view.busy.has(restartAllName)) this.actions.push({ kind: 'restartAll' });
      return;
    }
    // Ephemeral containers start whatever state the others are in: people use them to find out what is wrong.
    for (const { name } of ephemeralContainersOf(view.pod)) {
      const last = latest(view, name);
      if (!view.busy.has(name) && (!last || last.state === 'created')) this.#start(name, false);
    }
    if (this.#initContainers()) for (const spec of view.pod.spec.containers) this.#container(spec, false);
  }

  /** True if every init container has completed, and every sidecar has started. */
  #initContainers(): boolean {
    const { view } = this;
    const anyRegular = view.pod.spec.containers.some(({ name }) => this.#current(name) !== undefined);
    for (const spec of initContainersOf(view.pod)) {
      const last = this.#current(spec.name);
      if (isSidecar(spec)) {
        this.#container(spec, true);
        if (!anyRegular && !(last?.state === 'running' && view.started.has(last.id))) return false;
        continue;
      }
      // Once regular containers have started, the records of init containers may be gone.
      if (anyRegular || (last?.state === 'exited' && last.exitCode === 0)) continue;
      this.#container(spec, true);
      return false;
    }
    return true;
  }

  /** The last run, if it belongs to the current sandbox. */
  #current(name: string): RuntimeContainer | undefined {
    const last = latest(this.view, name);
    return last && isInSandbox(last, this.#sandbox) ? last : undefined;
  }

  #container(spec: core.Container, init: boolean): void {
    const { view } = this;
    if (view.busy.has(spec.name)) return;
    const last = latest(view, spec.name);
    if (last?.state === 'running') this.#running(spec, last);
    else if (last?.state === 'exited') this.#exited(spec, last, init);
    else this.#start(spec.name, false);
  }

  #running(spec: core.Container, container: RuntimeContainer): void {
    const probe = this.view.unhealthy.get(container.id);
    const hash = container.labels[hashLabel];
    if (hash !== undefined && hash !== containerHash(spec)) {
      const message = `Container ${spec.name} definition changed, will be restarted`;
      this.actions.push({ kind: 'killContainer', container, message });
    } else if (probe) {
      const will = restartPolicyOf(spec, this.view.pod.spec) === 'Never' ? '' : ', will be restarted';
      const message = `Container ${spec.name} failed ${probe} probe${will}`;
      this.actions.push({ kind: 'killContainer', container, message });
    } else this.#resize(spec, container);
  }

  /** A container restarts for a new amount if its policy says so. */
  #resize(spec: core.Container, container: RuntimeContainer): void {
    const change = changeOf(this.view.pod, spec, container);
    if (!change) return;
    if (needsRestart(spec, change)) {
      const message = `Container ${spec.name} resize requires restart`;
      this.actions.push({ kind: 'killContainer', container, message });
    } else this.#changes.push({ container, resources: change.wanted });
  }

  resize(): void {
    const { busy, resize } = this.view;
    if (this.#changes.length === 0 || busy.has(resizeName)) return;
    const due = resize?.progress?.failure?.retryAt ?? 0;
    if (due > this.now) this.wake(due);
    else this.actions.push({ kind: 'resize', changes: this.#changes });
  }

  #exited(spec: core.Container, last: RuntimeContainer, init: boolean): void {
    const { view } = this;
    const { pod } = view;
    const lostSandbox = !isInSandbox(last, this.#sandbox);
    const again = lostSandbox && restartPolicyOf(spec, pod.spec) !== 'Never' && (init || last.exitCode !== 0);
    if (!again && !runsAgain(view, spec, last)) return;
    // The container ended with its sandbox (the node stopped), which is not a crash: restart without back-off.
    if (lostSandbox) {
      this.#start(spec.name, false);
      return;
    }
    const since = finishedTime(last);
    const backoff = view.backoffs.get(spec.name);
    const until = backoffEnd(backoff, since, this.now);
    if (until === undefined || !backoff) {
      this.#start(spec.name, true);
      return;
    }
    this.wake(until);
    const { name, namespace, uid } = pod.metadata;
    const message = `Back-off restarting failed container ${spec.name} in pod ${name}_${namespace}(${uid})`;
    this.actions.push({ kind: 'backOff', container: last, message });
  }

  #start(name: string, restart: boolean): void {
    const failure = this.view.failures.get(name);
    if (failure && failure.retryAt > this.now) this.wake(failure.retryAt);
    else {
      const attempt = nextAttempt(this.view, name);
      this.actions.push({ kind: 'startContainer', name, attempt, restart });
    }
  }
}

function deadline(view: PodView): number | undefined {
  const { startTime } = view.pod.status ?? {};
  const seconds = view.pod.spec.activeDeadlineSeconds;
  return seconds === undefined || !startTime ? undefined : Date.parse(startTime) + Number(seconds) * 1000;
}

/** The next actions for a pod, and when to plan again. `now` is in milliseconds since the epoch. */
export function plan(view: PodView, now: number): Plan {
  const planner = new Planner(view, now);
  const over = isTerminal(view.pod) || isFinished(view) || initHasFailed(view);
  if (view.pod.metadata.deletionTimestamp || view.failure || over) planner.end();
  else {
    planner.run();
    planner.resize();
    const due = deadline(view);
    if (due !== undefined) planner.wake(due);
  }
  return { actions: planner.actions, ...(planner.wakeAt === undefined ? {} : { wakeAt: planner.wakeAt }) };
}

/**
 * The failure of a pod that has passed its activeDeadlineSeconds. `now` is in milliseconds since the epoch.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/active_deadline.go
 */
export function podFailure(view: PodView, now: number): PodFailure | undefined {
  const due = deadline(view);
  if (due === undefined || now < due) return undefined;
  return {
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  };
}

/** The waiting message of a container in back-off. */
export const crashLoopMessage = (view: PodView, spec: core.Container, duration: number): string => {
  const { name, namespace, uid } = view.pod.metadata;
  return `back-off ${goDuration(duration)} restarting failed container=${spec.name} pod=${name}_${namespace}(${uid})`;
};
