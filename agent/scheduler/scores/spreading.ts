import { controllerOf } from '../../api/owner.ts';
import { normalizeReversed, type ScorePlugin } from '../framework.ts';

/**
 * Spreads the pods of one controller over the nodes: what upstream's default topology constraint does.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints
 */
export const spreading: ScorePlugin = {
  name: 'PodTopologySpread',
  weight: 2,
  score: ({ pod }, nodes) => {
    const uid = controllerOf(pod)?.uid;
    const counts = nodes.map(({ pods }) => {
      if (!uid) return 0;
      let count = 0;
      for (const other of pods.values()) {
        if (controllerOf(other.pod)?.uid === uid && !other.pod.metadata.deletionTimestamp) count += 1;
      }
      return count;
    });
    return normalizeReversed(counts);
  },
};
