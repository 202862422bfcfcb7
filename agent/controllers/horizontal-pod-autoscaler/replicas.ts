/**
 * How many replicas a metric asks for. Pure; amounts are in thousandths.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/replica_calculator.go
 */
import { isPodReady, isSidecar } from '../../api/pods.ts';
import { quantityMilliValue } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import { groupPods, type PodGroups, type PodMetrics } from './pod-groups.ts';

/** How far usage may be from its target, as a part of it, before the number of replicas changes. */
export interface Tolerances {
  up: number;
  down: number;
}

const isWithin = (ratio: number, { up, down }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** What a metric is calculated with. */
export interface Workload {
  /** Replicas that the target asks for. */
  current: number;
  /** Those that it selects. */
  pods: readonly Pod[];
  tolerances: Tolerances;
  /** Milliseconds since the epoch. */
  now: number;
}

interface Measure {
  metrics: PodMetrics;
  /** Of usage to target. */
  ratioOf(metrics: PodMetrics): number;
  /** What a pod that was not measured is taken to use where fewer replicas are asked for. */
  missingValue(pod: string): number;
}

const without = (metrics: PodMetrics, names: readonly string[]): PodMetrics =>
  new Map([...metrics].filter(([name]) => !names.includes(name)));

const supposed = (names: readonly string[], value: (name: string) => number): PodMetrics =>
  new Map(names.map((name) => [name, { value: value(name), at: 0, window: 0 }]));

const nothing = (): number => 0;

/**
 * Pods of which nothing is known are supposed to use what keeps the change small: all of their share when replicas go,
 * nothing when they come.
 */
function replicasFor({ current, tolerances }: Workload, groups: PodGroups, measure: Measure): number {
  const { metrics, ratioOf, missingValue } = measure;
  const ratio = ratioOf(metrics);
  const withUnready = groups.unready.length > 0 && ratio > 1;
  if (!withUnready && groups.missing.length === 0) {
    return isWithin(ratio, tolerances) ? current : Math.ceil(ratio * groups.ready);
  }
  const all: PodMetrics = new Map([
    ...metrics,
    ...supposed(groups.missing, ratio < 1 ? missingValue : nothing),
    ...(withUnready ? supposed(groups.unready, nothing) : []),
  ]);
  const next = ratioOf(all);
  if (isWithin(next, tolerances) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return current;
  const replicas = Math.ceil(next * all.size);
  return (next < 1 && replicas > current) || (next > 1 && replicas < current) ? current : replicas;
}

interface Counted {
  groups: PodGroups;
  /** Of the pods that count. */
  metrics: PodMetrics;
}

/** Throws where there are no pods, or none that counts. */
function counted({ pods, now }: Workload, metrics: PodMetrics, resource: string): Counted {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  const groups = groupPods(pods, metrics, resource, now);
  const counting = without(metrics, [...groups.ignored, ...groups.unready]);
  return { groups, metrics: counting };
}

function assertAny(metrics: PodMetrics): void {
  if (metrics.size === 0) throw new Error('did not receive metrics for any ready pods');
}

/** Of the containers that run all the time; those of the pod as a whole come first. */
function requestOf({ metadata, spec }: Pod, resource: string, container: string | undefined): number {
  const whole = spec.resources?.requests?.[resource];
  if (whole !== undefined && container === undefined) return quantityMilliValue(whole);
  const running = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)];
  const asked = running.filter(({ name }) => container === undefined || name === container);
  return asked.reduce((sum, { name, resources }: core.Container) => {
    const request = resources?.requests?.[resource];
    if (request !== undefined) return sum + quantityMilliValue(request);
    throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
  }, 0);
}

interface Utilization {
  /** Percent of the request. */
  percent: number;
  average: number;
}

/** Throws where nothing was measured of the pods that ask for something. */
function utilizationOf(metrics: PodMetrics, requests: ReadonlyMap<string, number>): Utilization {
  const known = [...metrics].filter(([name]) => requests.has(name));
  const requested = known.reduce((sum, [name]) => sum + (requests.get(name) ?? 0), 0);
  if (requested === 0) throw new Error('no metrics returned matched known pods');
  const used = known.reduce((sum, [, { value }]) => sum + value, 0);
  return { percent: Math.floor((used * 100) / requested), average: Math.floor(used / known.length) };
}

/** `target` in percent of the request; `container`: of this one alone. Throws where it cannot be calculated. */
export function replicasByUtilization(
  workload: Workload,
  measured: PodMetrics,
  { resource, container, target }: { resource: string; container: string | undefined; target: number },
): Utilization & { replicas: number } {
  const { groups, metrics } = counted(workload, measured, resource);
  const requests = new Map(workload.pods.map((pod) => [pod.metadata.name, requestOf(pod, resource, container)]));
  assertAny(metrics);
  const utilization = utilizationOf(metrics, requests);
  const replicas = replicasFor(workload, groups, {
    metrics,
    ratioOf: (all) => utilizationOf(all, requests).percent / target,
    missingValue: (pod) => Math.floor(((requests.get(pod) ?? 0) * Math.max(100, target)) / 100),
  });
  return { ...utilization, replicas };
}

const averageOf = (metrics: PodMetrics): number =>
  Math.floor([...metrics.values()].reduce((sum, { value }) => sum + value, 0) / metrics.size);

/** `resource` is '' for a metric that is none. Throws where it cannot be calculated. */
export function replicasByAverage(
  workload: Workload,
  measured: PodMetrics,
  { resource, target }: { resource: string; target: number },
): { replicas: number; average: number } {
  const { groups, metrics } = counted(workload, measured, resource);
  assertAny(metrics);
  const replicas = replicasFor(workload, groups, {
    metrics,
    ratioOf: (all) => averageOf(all) / target,
    missingValue: () => target,
  });
  return { average: averageOf(metrics), replicas };
}

/** Of one amount for all pods. Where there are no replicas, ready pods and tolerance do not count. */
export function replicasByValue({ current, pods, tolerances }: Workload, used: number, target: number): number {
  const ratio = used / target;
  if (current === 0) return Math.ceil(ratio);
  if (isWithin(ratio, tolerances)) return current;
  if (pods.length === 0) {
    throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  }
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  return Math.ceil(ratio * ready);
}

/** Of one amount that the pods share; `present`: how many there are. */
export function replicasByShare(
  { tolerances }: Workload,
  present: number,
  used: number,
  target: number,
): { replicas: number; average: number } {
  const isFine = isWithin(used / (target * present), tolerances);
  return { replicas: isFine ? present : Math.ceil(used / target), average: Math.ceil(used / present) };
}
