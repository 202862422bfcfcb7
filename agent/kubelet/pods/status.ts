/**
 * The status of a pod: phase, conditions, addresses. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/status/generate.go
 */

import { observedGeneration, qosClass } from '../../api/pods.ts';
import type { core, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { initContainersOf, isSidecar } from '../spec/containers.ts';
import { containerStatuses, type StatusFacts } from './container-status.ts';
import { newestSandbox, type PodView } from './model.ts';

export interface PodFacts extends StatusFacts {
  hostIP: string;
  podIP?: string;
  /** When this agent first saw the pod, in milliseconds. */
  seenAt: number;
}

type Statuses = ReturnType<typeof containerStatuses>;

const stopped = (status: core.ContainerStatus | undefined): number | undefined => {
  const terminated = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
  return terminated?.exitCode;
};

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
    return !isSidecar(spec) && exitCode !== undefined && exitCode !== 0 && pod.spec.restartPolicy === 'Never';
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
  const codes = containers.map(stopped);
  const policy = view.pod.spec.restartPolicy ?? 'Always';
  if (view.pod.metadata.deletionTimestamp && policy === 'Always') {
    return view.containers.some(({ state }) => state === 'running') ? 'Running' : terminalPhase(codes);
  }
  if (policy === 'Always') return 'Running';
  // Sidecars end last: while one runs, the pod has not ended (upstream's couldHaveRunningContainers).
  if (view.containers.some(({ state }) => state === 'running')) return 'Running';
  if (codes.every((code) => code === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

/** A deleted pod ends Succeeded or Failed, whatever its restart policy. */
const terminalPhase = (codes: (number | undefined)[]): 'Succeeded' | 'Failed' =>
  codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';

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
  return waiting.length === 0
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

function conditionsOf(
  view: PodView,
  statuses: Statuses,
  phase: string,
  facts: PodFacts,
  now: number,
): core.PodCondition[] {
  const old = view.pod.status?.conditions ?? [];
  const ready = containersReady(view, statuses, phase);
  const hasNetwork = newestSandbox(view)?.state === 'ready' && facts.podIP !== undefined;
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: hasNetwork ? 'True' : 'False' }],
    ['Initialized', initialized(view, statuses, phase)],
    ['Ready', podReady(view.pod, ready)],
    ['ContainersReady', ready],
    ['PodScheduled', { status: 'True' }],
  ];
  const ours = verdicts.map(([type, verdict]): core.PodCondition => {
    const known = old.find((condition) => condition.type === type);
    const since = known?.status === verdict.status ? known.lastTransitionTime : timestamp(now);
    const times = { lastProbeTime: undefined, lastTransitionTime: since };
    return { type, ...observedGeneration(view.pod), ...times, ...verdict } as core.PodCondition;
  });
  return [...ours, ...old.filter((condition) => !verdicts.some(([type]) => type === condition.type))];
}

const addresses = (ip: string | undefined) => (ip ? { podIP: ip, podIPs: [{ ip }] } : {});

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
  const ip = pod.spec.hostNetwork ? facts.hostIP : facts.podIP;
  const reason = view.failure?.reason ?? pod.status?.reason;
  const message = view.failure?.message ?? pod.status?.message;
  return {
    ...observedGeneration(pod),
    phase,
    conditions: conditionsOf(view, statuses, phase, { ...facts, podIP: ip }, now),
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...addresses(ip ?? pod.status?.podIP),
    startTime: pod.status?.startTime ?? timestamp(facts.seenAt),
    ...(statuses.init.length > 0 ? { initContainerStatuses: statuses.init } : {}),
    containerStatuses: statuses.containers,
    ...(statuses.ephemeral.length > 0 ? { ephemeralContainerStatuses: statuses.ephemeral } : {}),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  } as core.PodStatus;
}
