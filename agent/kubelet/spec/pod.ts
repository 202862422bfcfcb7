/** What a pod says of itself as a whole. Pure. */
import type { Pod } from '../../api/types.ts';

/** Seconds that a pod's containers have to end; what is negative counts as one. Source: pkg/registry/core/pod/strategy.go */
export const graceSecondsOf = ({ spec }: Pod): number => {
  const seconds = Number(spec.terminationGracePeriodSeconds ?? 30);
  return seconds < 0 ? 1 : seconds;
};

export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Mirror pods and static pods are not ours to run. */
export const isMirror = (pod: Pod): boolean => pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
