/**
 * The status of a pod: phase, conditions, addresses. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/status/generate.go
 */

import { isConditionTrue } from '../../api/conditions.ts';
import { observedGeneration, qosClass } from '../../api/pods.ts';
import { mayRestartAll } from '../../api/restart-rules.ts';
import type { core, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { initContainersOf, isSidecar } from '../spec/containers.ts';
import { containerStatuses, type StatusFacts } from './container-status.ts';
import {
  allMustRestart,
  latest,
  newestSandbox,
  type PodView,
  restartingAll,
  restartsAfterExit,
  runsAgain,
} from './model.ts';
import { resizeConditions, resizeTypes } from './resize/conditions.ts';

export interface PodFacts extends StatusFacts {
  /** Of the node, one of each family; the primary one first. */
  hostIPs: readonly string[];
  /** Of the pod, in the same order; absent before its sandbox has them. */
  podIPs?: readonly string[];
  /** When this agent first saw the pod, in milliseconds. */
  seenAt: number;
}

type Statuses = ReturnType<typeof containerStatuses>;

/** The last end of a container that does not run. */
const endOf = ({ state, lastState }: core.ContainerStatus): core.ContainerStateTerminated | undefined =>
  state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase */
function phaseOf(view: PodView, { containers, init }: Statuses): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const { pod } = view;
  const old = pod.status?.phase;
  if (old === 'Succeeded' || old === 'Failed') return old;
  const initSpecs = initContainersOf(pod);
  const initState = (index: number) => init[index]?.state;
  const started = containers.some(
    ({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated,
  );
  const failedInit = initSpecs.some((spec, index) => {
    const exitCode = initState(index)?.terminated?.exitCode;
    return exitCode !== undefined && exitCode !== 0 && !restartsAfterExit(pod, spec, exitCode);
  });
  if (failedInit) return 'Failed';
  const pendingInit = initSpecs.some((spec, index) =>
    isSidecar(spec) ? !init[index]?.started : initState(index)?.terminated?.exitCode !== 0,
  );
  if (pendingInit && !started) return view.failure ? 'Failed' : 'Pending';
  if (containers.some(({ state, lastState }) => state?.waiting && !lastState?.terminated)) {
    return view.failure ? 'Failed' : 'Pending';
  }
  if (containers.some(({ state }) => state?.running)) return 'Running';
  return finishedPhase(view, containers);
}

/** The phase of a pod with no running container: it has ended, or is between two runs. */
function finishedPhase(view: PodView, containers: core.ContainerStatus[]): 'Running' | 'Succeeded' | 'Failed' {
  if (view.failure) return 'Failed';
  // Sidecars end last: while one runs, the pod has not ended (upstream's couldHaveRunningContainers).
  if (view.containers.some(({ state }) => state === 'running')) return 'Running';
  const again = view.pod.spec.containers.some((spec, index) => {
    const end = containers[index] && endOf(containers[index]);
    if (!end || end.reason === restartingAll) return end !== undefined;
    const last = latest(view, spec.name);
    if (last?.state === 'created') return true;
    return last ? runsAgain(view, spec, last) : restartsAfterExit(view.pod, spec, end.exitCode);
  });
  // A deleted pod ends Succeeded or Failed, whatever its restart policy.
  if (again && !view.pod.metadata.deletionTimestamp) return 'Running';
  return containers.every((status) => endOf(status)?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

type Verdict = Pick<core.PodCondition, 'status' | 'reason' | 'message'>;
const yes: Verdict = { status: 'True' };

const unready = (kind: string, names: string[]): Verdict => ({
  status: 'False',
  reason: kind,
  message: `containers with ${kind === 'ContainersNotInitialized' ? 'incomplete' : 'unready'} status: [${names.join(' ')}]`,
});

function initialized(view: PodView, { init, containers }: Statuses, phase: string): Verdict {
  const specs = initContainersOf(view.pod);
  if (phase === 'Succeeded') return { ...yes, reason: 'PodCompleted' };
  const running = containers.some(
    ({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated,
  );
  if (specs.length === 0 || running) return yes;
  const waiting = specs.filter((spec, index) =>
    isSidecar(spec) ? !init[index]?.started : init[index]?.state?.terminated?.exitCode !== 0,
  );
  // A pod that was initialized stays so while all its containers restart.
  return waiting.length === 0 || isConditionTrue(view.pod.status?.conditions, 'Initialized')
    ? yes
    : unready(
        'ContainersNotInitialized',
        waiting.map(({ name }) => name),
      );
}

function containersReady(view: PodView, { containers, init }: Statuses, phase: string): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const sidecars = init.filter((_, index) => {
    const spec = initContainersOf(view.pod)[index];
    return spec !== undefined && isSidecar(spec);
  });
  const names = [...sidecars, ...containers].filter(({ ready }) => !ready).map(({ name }) => name);
  return names.length === 0 ? yes : unready('ContainersNotReady', names);
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate */
function podReady(pod: Pod, ready: Verdict): Verdict {
  if (ready.status !== 'True') return ready;
  const gates = (pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType);
  const holds = (type: string) =>
    pod.status?.conditions?.find((condition) => condition.type === type)?.status === 'True';
  const missing = gates.filter((type) => !holds(type));
  if (missing.length === 0) return yes;
  const message = missing.map((type) => `corresponding condition of pod readiness gate "${type}" does not exist.`);
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: message.join(', ') };
}

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/status/generate.go
 * (GenerateAllContainersRestartingCondition)
 */
function allRestarting(view: PodView, phase: string): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (!allMustRestart(view)) return { status: 'False' };
  return {
    status: 'True',
    reason: 'RestartAllContainersStarted',
    message: 'container exited with restart policy rule',
  };
}

function conditionsOf(
  view: PodView,
  statuses: Statuses,
  phase: string,
  facts: PodFacts,
  now: number,
): core.PodCondition[] {
  const old = view.pod.status?.conditions ?? [];
  const ready = containersReady(view, statuses, phase);
  const hasNetwork = newestSandbox(view)?.state === 'ready' && facts.podIPs !== undefined;
  const verdicts: (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', { status: hasNetwork ? 'True' : 'False' }],
    ['Initialized', initialized(view, statuses, phase)],
    ['Ready', podReady(view.pod, ready)],
    ['ContainersReady', ready],
    ['PodScheduled', { status: 'True' }],
    ...(mayRestartAll(view.pod.spec) ? [['AllContainersRestarting', allRestarting(view, phase)] as const] : []),
  ];
  if (view.failure?.disrupted) {
    const { message } = view.failure;
    verdicts.push(['DisruptionTarget', { status: 'True', reason: 'TerminationByKubelet', message }]);
  }
  const ours = verdicts.map(([type, verdict]): core.PodCondition => {
    const known = old.find((condition) => condition.type === type);
    const since = known?.status === verdict.status ? known.lastTransitionTime : timestamp(now);
    const times = { lastProbeTime: null, lastTransitionTime: since };
    return { type, ...observedGeneration(view.pod), ...times, ...verdict } as object as core.PodCondition;
  });
  const resizing = resizeConditions(view.resize ?? {}).map((condition): core.PodCondition => {
    const known = old.find(({ type }) => type === condition.type);
    const since = known?.lastTransitionTime ?? timestamp(now);
    return { ...condition, lastProbeTime: null, lastTransitionTime: since } as object as core.PodCondition;
  });
  const known = new Set([...verdicts.map(([type]) => type), ...resizeTypes]);
  return [...resizing, ...ours, ...old.filter(({ type }) => !known.has(type))];
}

const addresses = (ips: readonly string[]) =>
  ips.length > 0 ? { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) } : {};

/** What the status had when the pod's sandbox was last seen. */
const lastKnown = ({ podIP, podIPs }: core.PodStatus): string[] =>
  podIPs?.flatMap(({ ip }) => ip ?? []) ?? (podIP ? [podIP] : []);

/** The complete status as of now. The caller compares it with the pod's status before writing. */
export function statusOf(view: PodView, facts: PodFacts, now: number): core.PodStatus {
  const { pod } = view;
  if (view.failure?.rejected) {
    const { reason, message } = view.failure;
    const failed = { phase: 'Failed', reason, message, qosClass: pod.status?.qosClass ?? qosClass(pod) };
    return { ...pod.status, ...observedGeneration(pod), ...failed };
  }
  const statuses = containerStatuses(view, facts, now);
  const phase = phaseOf(view, statuses);
  const ips = pod.spec.hostNetwork ? facts.hostIPs : facts.podIPs;
  const reason = view.failure?.reason ?? pod.status?.reason;
  const message = view.failure?.message ?? pod.status?.message;
  return {
    ...observedGeneration(pod),
    phase,
    conditions: conditionsOf(view, statuses, phase, { ...facts, ...(ips ? { podIPs: ips } : {}) }, now),
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    hostIP: facts.hostIPs[0],
    hostIPs: facts.hostIPs.map((ip) => ({ ip })),
    ...addresses(ips ?? lastKnown(pod.status ?? {})),
    startTime: pod.status?.startTime ?? timestamp(facts.seenAt),
    ...(statuses.init.length > 0 ? { initContainerStatuses: statuses.init } : {}),
    containerStatuses: statuses.containers,
    ...(statuses.ephemeral.length > 0 ? { ephemeralContainerStatuses: statuses.ephemeral } : {}),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  } as core.PodStatus;
}
