import { controllerOf } from '../../api/owner.ts';
import type { ScorePlugin } from '../framework/plugin.ts';
import { normalizeReversed } from '../framework/scores.ts';

/**
 * Spreads the pods of one controller over the nodes: what upstream's default topology constraint does.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints
 */
export const spreading: ScorePlugin = {
  name: 'PodTopologySpread',
  score({ pod }, { pods }) {
    const uid = controllerOf(pod)?.uid;
    let count = 0;
    if (!uid) return count;
    for (const other of pods.values()) {
      if (controllerOf(other.pod)?.uid === uid && !other.pod.metadata.deletionTimestamp) count += 1;
    }
    return count;
  },
  normalize: normalizeReversed,
};
