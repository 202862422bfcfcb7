/**
 * One word for the state of a pod, and its restarts: what `kubectl get pods` shows.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/printers/internalversion/printers.go (printPod)
 */
import { isConditionTrue } from '../conditions.ts';
import { isPodTerminal, isSidecar } from '../pods.ts';
import type { core, Pod } from '../types.ts';

export interface PodSummary {
  readyContainers: number;
  totalContainers: number;
  /** E.g. `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`, `Completed`. */
  reason: string;
  restarts: number;
  /** RFC 3339; absent where nothing was restarted. */
  lastRestart: string | undefined;
}

/** Restarts counted over several containers, with the time of the last. */
class Restarts {
  count = 0;
  last: string | undefined;

  add(status: core.ContainerStatus): void {
    this.count += status.restartCount;
    const finished = status.lastState?.terminated?.finishedAt;
    if (finished && (!this.last || Date.parse(finished) > Date.parse(this.last))) this.last = finished;
  }
}

function ended({ reason, signal, exitCode }: core.ContainerStateTerminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

interface Initialization {
  /** The reason while initialization goes on or has failed; undefined once it is over. */
  reason: string | undefined;
  readySidecars: number;
  all: Restarts;
  sidecars: Restarts;
}

function initialization(pod: Pod): Initialization {
  const declared = pod.spec.initContainers ?? [];
  const sidecarNames = new Set(declared.filter(isSidecar).map(({ name }) => name));
  const result: Initialization = { reason: undefined, readySidecars: 0, all: new Restarts(), sidecars: new Restarts() };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = sidecarNames.has(status.name);
    result.all.add(status);
    if (sidecar) result.sidecars.add(status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) result.readySidecars += 1;
      continue;
    }
    if (terminated) result.reason = `Init:${ended(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') result.reason = `Init:${waiting.reason}`;
    else result.reason = `Init:${index}/${declared.length}`;
    break;
  }
  return result;
}

interface Running {
  reason: string | undefined;
  ready: number;
}

function running(pod: Pod, restarts: Restarts): Running {
  let reason: string | undefined;
  let ready = 0;
  // The first container has the last word.
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    restarts.add(status);
    const { waiting, terminated, running: runs } = status.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) reason = ended(terminated);
    else if (status.ready && runs) ready += 1;
  }
  if (reason !== 'Completed' || ready === 0) return { reason, ready };
  return { reason: isConditionTrue(pod.status?.conditions, 'Ready') ? 'Running' : 'NotReady', ready };
}

function withDeletion(pod: Pod, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return isPodTerminal(pod) ? reason : 'Terminating';
}

export function podSummary(pod: Pod): PodSummary {
  const { status, spec } = pod;
  const gated = status?.conditions?.some((each) => each.type === 'PodScheduled' && each.reason === 'SchedulingGated');
  const base = gated ? 'SchedulingGated' : status?.reason || status?.phase || '';
  const init = initialization(pod);
  let reason = init.reason ?? base;
  let restarts = init.all;
  let ready = init.readySidecars;
  if (init.reason === undefined || isConditionTrue(status?.conditions, 'Initialized')) {
    restarts = init.sidecars;
    const now = running(pod, restarts);
    reason = now.reason ?? reason;
    ready += now.ready;
  }
  return {
    readyContainers: ready,
    totalContainers: spec.containers.length + (spec.initContainers ?? []).filter(isSidecar).length,
    reason: withDeletion(pod, reason),
    restarts: restarts.count,
    lastRestart: restarts.last,
  };
}
