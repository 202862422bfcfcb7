/** The status of one container, in upstream's words. Pure. */

import { isConditionTrue } from '../../api/conditions.ts';
import type { core } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { ephemeralContainersOf, initContainersOf, isSidecar } from '../spec/containers.ts';
import { isTerminal } from '../spec/pod.ts';
import { statusOfContainer } from '../spec/statuses.ts';
import {
  allMustRestart,
  backoffEnd,
  finishedTime,
  initHasEnded,
  isFinished,
  isInSandbox,
  isRestartingAll,
  latest,
  newestSandbox,
  type PodView,
  restartingAll,
  runsAgain,
  runsOf,
} from './model.ts';
import { crashLoopMessage } from './plan.ts';
import { reportedResources } from './resize/report.ts';

export interface StatusFacts {
  /** Scheme of container ids, e.g. `docker`. */
  runtimeName: string;
  /** The content of each container's termination message file, by container id. */
  terminationMessages: ReadonlyMap<string, string>;
}

const containerIdOf = (facts: StatusFacts, container: RuntimeContainer): string =>
  `${facts.runtimeName}://${container.id}`;

/** True if the engine could not run the container: upstream's StartError, with exit code 128. */
const neverStarted = (container: RuntimeContainer): boolean =>
  container.state === 'exited' && container.startedAt === 0;

function terminatedReason(container: RuntimeContainer): string {
  if (neverStarted(container)) return 'StartError';
  if (container.oomKilled) return 'OOMKilled';
  return container.exitCode === 0 ? 'Completed' : 'Error';
}

function terminatedState(facts: StatusFacts, container: RuntimeContainer): core.ContainerStateTerminated {
  const message = neverStarted(container) ? container.error : facts.terminationMessages.get(container.id);
  return {
    exitCode: neverStarted(container) ? 128 : container.exitCode,
    reason: terminatedReason(container),
    ...(message ? { message } : {}),
    startedAt: timestamp(container.startedAt),
    finishedAt: timestamp(finishedTime(container)),
    containerID: containerIdOf(facts, container),
  };
}

/** Upstream's status of a container that the runtime has no record of. */
const unknownState: core.ContainerStateTerminated = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
};

/**
 * The status of a running container whose record is lost.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_pods.go
 * (convertToAPIContainerStatuses)
 */
const lostState: core.ContainerStateTerminated = {
  ...unknownState,
  message: 'The container could not be located when the pod was deleted.  The container used to be Running',
};

/**
 * The state before a container's first run, and until its post-start hook ends. While init containers run, every
 * container reports PodInitializing.
 */
const initialWaiting = ({ pod }: PodView): core.ContainerState => ({
  waiting: { reason: initContainersOf(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating' },
});

/**
 * True if a container that never ran will not run. As in upstream, a container that waits for unfinished init
 * containers just keeps waiting.
 */
const willNotRun = (view: PodView): boolean => view.failure !== undefined && initHasEnded(view);

function waitingAfterExit(view: PodView, spec: core.Container, last: RuntimeContainer, now: number) {
  // The container ended with its sandbox, e.g. because the node stopped, and will be created again in a new one.
  const sandbox = newestSandbox(view);
  if (sandbox?.state !== 'ready' || !isInSandbox(last, sandbox)) return { reason: 'ContainerCreating' };
  if (view.busy.has(spec.name)) return undefined;
  const backoff = view.backoffs.get(spec.name);
  const until = backoffEnd(backoff, finishedTime(last), now);
  if (until !== undefined && backoff) {
    return { reason: 'CrashLoopBackOff', message: crashLoopMessage(view, spec, backoff.duration) };
  }
  const failure = view.failures.get(spec.name);
  return failure?.reason
    ? { reason: failure.reason, ...(failure.message ? { message: failure.message } : {}) }
    : undefined;
}

interface States {
  state: core.ContainerState;
  lastState: core.ContainerState;
}

function previousRun(view: PodView, facts: StatusFacts, current: RuntimeContainer): core.ContainerState {
  const before = runsOf(view, current.name).findLast(({ attempt }) => attempt < current.attempt);
  return before?.state === 'exited' ? { terminated: terminatedState(facts, before) } : {};
}

function statesOf(view: PodView, facts: StatusFacts, spec: core.Container, now: number, init: boolean): States {
  const last = latest(view, spec.name);
  const failure = view.failures.get(spec.name);
  if (!last || last.state === 'created') {
    const waiting = failure?.reason
      ? { waiting: { reason: failure.reason, message: failure.message } }
      : initialWaiting(view);
    return {
      state: willNotRun(view) ? { terminated: unknownState } : waiting,
      lastState: last ? previousRun(view, facts, last) : {},
    };
  }
  if (last.state === 'running' && view.hooked.has(last.id)) {
    return { state: initialWaiting(view), lastState: previousRun(view, facts, last) };
  }
  if (last.state === 'running') {
    return { state: { running: { startedAt: timestamp(last.startedAt) } }, lastState: previousRun(view, facts, last) };
  }
  const terminated = terminatedState(facts, last);
  // What a restart of all containers has ended is about to be removed: it does not wait by itself.
  const ending =
    view.pod.metadata.deletionTimestamp !== undefined ||
    view.failure !== undefined ||
    isTerminal(view.pod) ||
    isFinished(view) ||
    allMustRestart(view);
  const again = !ending && runsAgain(view, spec, last) && !(init && !isSidecar(spec) && last.exitCode === 0);
  const waiting = again ? waitingAfterExit(view, spec, last, now) : undefined;
  if (waiting) return { state: { waiting }, lastState: { terminated } };
  return { state: { terminated }, lastState: previousRun(view, facts, last) };
}

const removedForRestart = 'The container is removed because RestartAllContainers in place';

/**
 * The status of a container whose runs a restart of all containers has removed.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_pods.go
 * (convertToAPIContainerStatuses)
 */
function removedStatus(spec: core.Container, known: core.ContainerStatus): core.ContainerStatus {
  const why = { reason: restartingAll, message: removedForRestart };
  return {
    name: spec.name,
    state: { waiting: why },
    lastState: { terminated: { ...why, exitCode: 137 } as core.ContainerStateTerminated },
    ready: false,
    restartCount: isRestartingAll(known) ? known.restartCount : known.restartCount + 1,
    image: spec.image ?? '',
    imageID: '',
    started: false,
  };
}

/** True if the container ran before a restart of all containers, and has not been started since. */
const isRemoved = ({ pod }: PodView, known: core.ContainerStatus): boolean =>
  isRestartingAll(known) ||
  (isConditionTrue(pod.status?.conditions, 'AllContainersRestarting') && known.state?.waiting === undefined);

/** The last known status of a container that the runtime has no record of. */
function rememberedStatus(view: PodView, spec: core.Container, old: core.ContainerStatus): core.ContainerStatus {
  const ended = view.pod.metadata.deletionTimestamp !== undefined || view.pod.status?.phase === 'Failed';
  const state =
    old.state?.running && ended ? { terminated: { ...unknownState, containerID: old.containerID } } : old.state;
  return { ...old, image: old.image || spec.image || '', ready: false, started: false, state };
}

/**
 * The last state of a container whose previous run has no record: the reported one, or `lostState` if it was running.
 */
function knownLast(
  facts: StatusFacts,
  last: RuntimeContainer | undefined,
  known: core.ContainerStatus | undefined,
): core.ContainerState {
  const id = last && containerIdOf(facts, last);
  if (known?.state?.running && known.containerID !== id) {
    return { terminated: { ...lostState, containerID: known.containerID } };
  }
  return known?.lastState?.terminated && last?.attempt !== 0 ? known.lastState : {};
}

/** As the runtime tells it; a record that the runtime has lost stays. */
function userOf(
  run: RuntimeContainer,
  id: string,
  known: core.ContainerStatus | undefined,
): Partial<core.ContainerStatus> {
  if (!run.user) return known?.containerID === id && known.user ? { user: known.user } : {};
  const { uid, gid, groups } = run.user;
  return { user: { linux: { uid, gid, supplementalGroups: groups } } };
}

function containerStatus(
  view: PodView,
  facts: StatusFacts,
  spec: core.Container,
  now: number,
  init: boolean,
): core.ContainerStatus {
  const last = latest(view, spec.name);
  const known = statusOfContainer(view.pod, spec.name);
  const done = known?.state?.terminated !== undefined || view.pod.metadata.deletionTimestamp !== undefined;
  if (!last && known && isRemoved(view, known)) return removedStatus(spec, known);
  if (!last && known?.containerID && done) return rememberedStatus(view, spec, known);
  const { state, lastState } = statesOf(view, facts, spec, now, init);
  const completed = init && !isSidecar(spec) && state.terminated?.exitCode === 0;
  const ready = completed || (last?.state === 'running' && view.ready.has(last.id));
  return {
    name: spec.name,
    state,
    lastState: Object.keys(lastState).length > 0 ? lastState : knownLast(facts, last, known),
    ready,
    restartCount: last?.attempt ?? known?.restartCount ?? 0,
    image: spec.image ?? '',
    imageID: last && last.state !== 'created' ? `${facts.runtimeName}://${last.imageID}` : '',
    ...(last && last.state !== 'created' ? { containerID: containerIdOf(facts, last) } : {}),
    started: last?.state === 'running' && (view.started.has(last.id) || completed),
    ...(last && last.state !== 'created' ? reportedResources(spec, last) : {}),
    ...(last && last.state !== 'created' ? userOf(last, containerIdOf(facts, last), known) : {}),
  };
}

/** The status of an ephemeral container: it never restarts and is never Ready. */
function ephemeralStatus(view: PodView, facts: StatusFacts, spec: core.Container, now: number): core.ContainerStatus {
  const last = latest(view, spec.name);
  const status = containerStatus(view, facts, spec, now, false);
  const state = last?.state === 'exited' ? { terminated: terminatedState(facts, last) } : status.state;
  const { started: _started, resources: _resources, ...rest } = status;
  return { ...rest, ready: false, state, lastState: {} };
}

export const containerStatuses = (
  view: PodView,
  facts: StatusFacts,
  now: number,
): { containers: core.ContainerStatus[]; init: core.ContainerStatus[]; ephemeral: core.ContainerStatus[] } => ({
  containers: view.pod.spec.containers.map((spec) => containerStatus(view, facts, spec, now, false)),
  init: initContainersOf(view.pod).map((spec) => containerStatus(view, facts, spec, now, true)),
  ephemeral: ephemeralContainersOf(view.pod).map((spec) => ephemeralStatus(view, facts, spec, now)),
});
