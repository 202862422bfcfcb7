import { maxScore, type ScorePlugin } from '../framework.ts';
import { usageWith } from './usage.ts';

/**
 * Prefers the node with the most left.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/noderesources/least_allocated.go
 */
export const leastAllocated: ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  score: (pod, nodes) =>
    nodes.map((node) => {
      const { cpu, memory } = usageWith(pod, node);
      return ((1 - cpu + (1 - memory)) / 2) * maxScore;
    }),
};
