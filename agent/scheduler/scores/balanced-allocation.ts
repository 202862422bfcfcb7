import { maxScore, type ScorePlugin } from '../framework.ts';
import { usageWith } from './usage.ts';

/**
 * Prefers the node whose CPU and memory would be used alike: the standard deviation of two shares is half their difference.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
 */
export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score: (pod, nodes) =>
    nodes.map((node) => {
      const { cpu, memory } = usageWith(pod, node);
      return (1 - Math.abs(cpu - memory) / 2) * maxScore;
    }),
};
