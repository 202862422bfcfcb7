/**
 * The pods of a node that shuts down, in the order in which they end. Pure.
 * https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#graceful-node-shutdown
 */
import type { Pod } from '../../api/types.ts';

/** In seconds. */
export interface ShutdownPeriods {
  /** For all pods. */
  gracePeriod: number;
  /** The last part of it, for critical pods alone. */
  criticalPods: number;
}

export interface ShutdownGroup {
  /** How long the pods of the group may take, in seconds. */
  seconds: number;
  pods: Pod[];
}

/** The least priority of upstream's system-cluster-critical. */
const criticalPriority = 2_000_000_000;

/**
 * Ordinary pods, then critical ones.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/nodeshutdown/nodeshutdown_manager.go
 * (migrateConfig, groupByPriority)
 */
export function shutdownGroups({ gracePeriod, criticalPods }: ShutdownPeriods, pods: readonly Pod[]): ShutdownGroup[] {
  const isLast = ({ spec }: Pod): boolean => (spec.priority ?? 0) >= criticalPriority;
  return [
    { seconds: gracePeriod - criticalPods, pods: pods.filter((pod) => !isLast(pod)) },
    { seconds: criticalPods, pods: pods.filter(isLast) },
  ].filter((group) => group.pods.length > 0);
}
