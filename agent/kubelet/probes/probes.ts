/**
 * Runs the probes of every running container and keeps their results. The first attempt follows the start (or the
 * initial delay) at once. Upstream first waits a random part of the period, which would only delay readiness here.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/prober/worker.go
 */
import type { core, Pod } from '../../api/types.ts';
import type { Recorder } from '../../client/recorder.ts';
import { referenceTo } from '../../client/recorder.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Runtime, RuntimeContainer } from '../runtime/runtime.ts';
import { fieldPathOf } from '../spec/containers.ts';
import { statusOfRun } from '../spec/statuses.ts';
import type { ProbeOnce, ProbeTarget } from './probe.ts';
import { type ProbeState, step } from './step.ts';

type ProbeKind = 'startup' | 'readiness' | 'liveness';
type ProbeResult = 'successful' | 'failed';

/** How often a probe of the present run of a container has ended so. */
export interface ProbeCount {
  pod: Pod;
  container: string;
  kind: ProbeKind;
  result: ProbeResult;
  count: number;
}

export interface Probes {
  /** Starts probing a running container; does nothing if its probes run already. */
  watch(pod: Pod, container: core.Container, run: RuntimeContainer, ip: string): void;
  /** Stops probing all runs of this pod except these. */
  retain(podUid: string, ids: ReadonlySet<string>): void;
  started(id: string): boolean;
  ready(id: string): boolean;
  /** The failed probe because of which the container must be killed. */
  unhealthy(id: string): 'liveness' | 'startup' | undefined;
  counts(): Iterable<ProbeCount>;
}

export interface ProbesOptions {
  runtime: Runtime;
  clock: Clock;
  recorder: Recorder;
  log: Logger;
  onChange(podUid: string): void;
  probeOnce: ProbeOnce;
}

interface Watched {
  podUid: string;
  states: Map<ProbeKind, ProbeState>;
  counts: ProbeCount[];
  controller: AbortController;
  /** True if the startup probe has failed too often. */
  gaveUp: boolean;
}

/** One probe of one run of a container. */
interface Task {
  pod: Pod;
  target: ProbeTarget;
  kind: ProbeKind;
  probe: core.Probe;
  entry: Watched;
}

const earlyDelays = [0, 50, 100, 200, 400];

const titles: Record<ProbeKind, string> = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' };

/** A pod that is running and ready when this agent restarts must not flap. */
const wasReady = (pod: Pod, run: RuntimeContainer): boolean => statusOfRun(pod, run.id)?.ready === true;
const wasStarted = (pod: Pod, run: RuntimeContainer): boolean => statusOfRun(pod, run.id)?.started === true;

/** The results until the first attempt. */
function firstStates(pod: Pod, container: core.Container, run: RuntimeContainer): Map<ProbeKind, ProbeState> {
  const states = new Map<ProbeKind, ProbeState>();
  if (container.startupProbe) states.set('startup', { healthy: wasStarted(pod, run), run: 0 });
  if (container.readinessProbe) states.set('readiness', { healthy: wasReady(pod, run), run: 0 });
  if (container.livenessProbe) states.set('liveness', { healthy: true, run: 0 });
  return states;
}

function count({ counts }: Watched, kind: ProbeKind, result: ProbeResult): void {
  const known = counts.find((each) => each.kind === kind && each.result === result);
  if (known) known.count += 1;
}

const countsOf = (pod: Pod, container: core.Container): ProbeCount[] =>
  (['startup', 'readiness', 'liveness'] as const)
    .filter((kind) => container[`${kind}Probe`])
    .flatMap((kind) =>
      (['successful', 'failed'] as const).map((result) => ({ pod, container: container.name, kind, result, count: 0 })),
    );

export function createProbes(options: ProbesOptions): Probes {
  const { clock, recorder, log, probeOnce } = options;
  const watched = new Map<string, Watched>();

  const once = async ({ pod, target, kind, probe, entry }: Task): Promise<void> => {
    const result = await probeOnce(options, target, probe, entry.controller.signal);
    if (entry.controller.signal.aborted) return;
    count(entry, kind, result.success ? 'successful' : 'failed');
    const before = entry.states.get(kind) ?? { healthy: kind === 'liveness', run: 0 };
    const after = step(before, result.success, {
      successThreshold: probe.successThreshold || 1,
      failureThreshold: probe.failureThreshold || 3,
    });
    entry.states.set(kind, after);
    const announce = (reason: string, message: string): void =>
      recorder.event(referenceTo(pod, fieldPathOf(pod, target.container.name)), 'Warning', reason, message);
    if (!result.success) announce('Unhealthy', `${titles[kind]} probe failed: ${result.output}`);
    if (result.warning !== undefined) announce('ProbeWarning', `${titles[kind]} probe warning: ${result.warning}`);
    if (kind === 'startup' && !after.healthy && after.run >= (probe.failureThreshold || 3)) entry.gaveUp = true;
    if (after.healthy !== before.healthy || entry.gaveUp) options.onChange(entry.podUid);
  };

  /**
   * Tries quickly at the start. A success counts and a failure does not: the pod is Ready as soon as its program is,
   * and a slow program has as much time as with upstream.
   */
  const early = async ({ target, kind, probe, entry }: Task): Promise<boolean> => {
    if (kind === 'liveness' || probe.exec || (probe.successThreshold ?? 1) > 1) return false;
    for (const delay of earlyDelays) {
      await clock.sleep(delay, entry.controller.signal);
      const { success } = await probeOnce(options, target, probe, entry.controller.signal);
      entry.controller.signal.throwIfAborted();
      if (!success) continue;
      entry.states.set(kind, { healthy: true, run: 1, last: true });
      options.onChange(entry.podUid);
      return true;
    }
    return false;
  };

  /** Probes until the container is gone; a startup probe ends with its first success. */
  const loop = async (task: Task): Promise<void> => {
    const { kind, probe, entry } = task;
    const { signal } = entry.controller;
    const period = (probe.periodSeconds || 10) * 1000;
    if (probe.initialDelaySeconds) await clock.sleep(probe.initialDelaySeconds * 1000, signal);
    if (await early(task)) await clock.sleep(kind === 'startup' ? 0 : period, signal);
    while (!signal.aborted && !(kind === 'startup' && entry.states.get(kind)?.healthy)) {
      await once(task);
      if (kind === 'startup' && entry.states.get(kind)?.healthy) return;
      // The kubelet is about to kill the container, so further results do not matter.
      if (entry.gaveUp || (kind === 'liveness' && !entry.states.get(kind)?.healthy)) return;
      await clock.sleep(period, signal);
    }
  };

  const launch = (task: Task): void => {
    const { pod, kind, entry } = task;
    loop(task).catch((error) => {
      if (!entry.controller.signal.aborted) log.error('Probe ended', { pod: pod.metadata.name, kind, error });
    });
  };

  const launchAll = async (pod: Pod, target: ProbeTarget, entry: Watched): Promise<void> => {
    const { startupProbe, readinessProbe, livenessProbe } = target.container;
    if (startupProbe && !entry.states.get('startup')?.healthy) {
      await loop({ pod, target, kind: 'startup', probe: startupProbe, entry });
    }
    if (entry.controller.signal.aborted || entry.gaveUp) return;
    if (readinessProbe) launch({ pod, target, kind: 'readiness', probe: readinessProbe, entry });
    if (livenessProbe) launch({ pod, target, kind: 'liveness', probe: livenessProbe, entry });
  };

  return {
    watch(pod, container, run, ip) {
      if (watched.has(run.id)) return;
      const controller = new AbortController();
      const entry: Watched = {
        podUid: pod.metadata.uid,
        states: firstStates(pod, container, run),
        counts: countsOf(pod, container),
        controller,
        gaveUp: false,
      };
      watched.set(run.id, entry);
      launchAll(pod, { containerId: run.id, container, ip }, entry).catch((error) => {
        if (!controller.signal.aborted) log.error('Probes ended', { pod: pod.metadata.name, error });
      });
    },
    retain(podUid, ids) {
      for (const [id, entry] of watched) {
        if (entry.podUid !== podUid || ids.has(id)) continue;
        entry.controller.abort();
        watched.delete(id);
      }
    },
    started: (id) => watched.get(id)?.states.get('startup')?.healthy ?? watched.has(id),
    ready(id) {
      const states = watched.get(id)?.states;
      return (
        states !== undefined && states.get('startup')?.healthy !== false && states.get('readiness')?.healthy !== false
      );
    },
    unhealthy(id) {
      const entry = watched.get(id);
      if (entry?.gaveUp) return 'startup';
      return entry?.states.get('liveness')?.healthy === false ? 'liveness' : undefined;
    },
    counts: () => [...watched.values()].flatMap((entry) => entry.counts.filter((each) => each.count > 0)),
  };
}
