/** Facts about a whole pod. Pure. */
import type { Pod } from '../../api/types.ts';

/** The pod's grace period in seconds; a negative one counts as one. Source: pkg/registry/core/pod/strategy.go */
export const graceSecondsOf = ({ spec }: Pod): number => {
  const seconds = Number(spec.terminationGracePeriodSeconds ?? 30);
  return seconds < 0 ? 1 : seconds;
};

export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Static pods come from a manifest of the node: no API server ever gave them a version. */
export const isStatic = ({ metadata }: Pod): boolean =>
  metadata.resourceVersion === '0' && metadata.annotations?.['kubernetes.io/config.source'] === 'file';

/**
 * Pods that a node never gives up on its own account.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/types/pod_update.go (IsCriticalPod)
 */
export const isCritical = (pod: Pod): boolean => isStatic(pod) || (pod.spec.priority ?? 0) >= 2_000_000_000;

/** Of a mirror pod, which shows a static pod: the uid of that one. Only static pods themselves are run. */
export const mirroredUid = (pod: Pod): string | undefined => pod.metadata.annotations?.['kubernetes.io/config.mirror'];
