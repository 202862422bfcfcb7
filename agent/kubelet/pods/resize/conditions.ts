/**
 * The conditions of a pod whose resources change. A condition that does not hold is left out. Pure.
 * https://github.com/kubernetes/enhancements/blob/master/keps/sig-node/1287-in-place-update-pod-resources/README.md#resize-status
 */
import type { core } from '../../../api/types.ts';
import { pendingType, progressType } from './allocation.ts';
import type { ResizeState } from './state.ts';

type Resizing = Pick<core.PodCondition, 'type' | 'status' | 'reason' | 'message' | 'observedGeneration'>;

export const resizeTypes: readonly string[] = [pendingType, progressType];

export function resizeConditions({ pending, progress }: ResizeState): Resizing[] {
  const conditions: Resizing[] = [];
  if (pending) {
    const { reason, message, generation } = pending;
    conditions.push({ type: pendingType, observedGeneration: generation, status: 'True', reason, message });
  }
  if (progress) {
    const { failure, generation } = progress;
    const error = failure ? { reason: 'Error', message: failure.message } : {};
    conditions.push({ type: progressType, observedGeneration: generation, status: 'True', ...error });
  }
  return conditions;
}
