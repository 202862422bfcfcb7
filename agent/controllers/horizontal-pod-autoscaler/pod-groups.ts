/**
 * Which pods count when replicas are calculated, and how. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/replica_calculator.go
 * (groupPods)
 */
import { findCondition } from '../../api/conditions.ts';
import type { Pod } from '../../api/types.ts';

/** `value` in thousandths; `at` in milliseconds since the epoch; `window` in milliseconds. */
export interface PodMetric {
  value: number;
  at: number;
  window: number;
}

/** By the name of the pod. */
export type PodMetrics = Map<string, PodMetric>;

export interface PodGroups {
  /** How many are measured and count. */
  ready: number;
  /** Names of pods that do not run yet, or are not ready. */
  unready: string[];
  /** Names of pods that run and were not measured. */
  missing: string[];
  /** Names of pods that have failed or are being deleted. */
  ignored: string[];
}

/** Upstream's `--horizontal-pod-autoscaler-cpu-initialization-period`, in milliseconds. */
const initialization = 5 * 60_000;
/** Upstream's `--horizontal-pod-autoscaler-initial-readiness-delay`, in milliseconds. */
const initialReadiness = 30_000;

/** A pod that starts uses more than later, which says nothing of the load. */
function isStarting({ status }: Pod, metric: PodMetric, now: number): boolean {
  const ready = findCondition(status?.conditions, 'Ready');
  if (!ready || !status?.startTime) return true;
  const started = Date.parse(status.startTime);
  const changed = Date.parse(ready.lastTransitionTime ?? '') || 0;
  if (started + initialization > now) return ready.status === 'False' || metric.at < changed + metric.window;
  // It has never been ready.
  return ready.status === 'False' && started + initialReadiness > changed;
}

export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, now: number): PodGroups {
  const groups: PodGroups = { ready: 0, unready: [], missing: [], ignored: [] };
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp || pod.status?.phase === 'Failed') groups.ignored.push(name);
    else if (pod.status?.phase === 'Pending') groups.unready.push(name);
    else if (!metric) groups.missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, metric, now)) groups.unready.push(name);
    else groups.ready += 1;
  }
  return groups;
}
