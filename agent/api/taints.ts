/**
 * Taints and tolerations, for the scheduler and for evictions.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go
 */
import type { core } from './types.ts';

export function tolerates(toleration: core.Toleration, taint: core.Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  // An empty key means all keys, and only goes with Exists.
  if (toleration.operator === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

/** The first taint with one of these effects that nothing tolerates. */
export const findUntolerated = (
  taints: readonly core.Taint[] | undefined,
  tolerations: readonly core.Toleration[] | undefined,
  effects: readonly string[],
): core.Taint | undefined =>
  taints?.find((taint) => effects.includes(taint.effect) && !tolerations?.some((each) => tolerates(each, taint)));
