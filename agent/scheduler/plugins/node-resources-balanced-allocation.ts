import type { NodeInfo, PodInfo } from '../framework/info.ts';
import type { ScorePlugin } from '../framework/plugin.ts';
import { maxScore } from '../framework/scores.ts';
import { defaultResources, type WeightedResource } from './resource-scoring.ts';

export interface NodeResourcesBalancedAllocationArgs {
  resources?: readonly WeightedResource[];
}

/**
 * The standard deviation of the used shares of each resource, with the pod; 0 if the node has none of the resources.
 */
function deviation(names: readonly string[], pod: PodInfo, node: NodeInfo): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const name of names) {
    const capacity = node.allocatable[name] ?? 0;
    const wanted = pod.requests[name] ?? 0;
    if (capacity === 0 || (wanted === 0 && name.includes('/'))) continue;
    const share = Math.min(1, ((node.requested[name] ?? 0) + wanted) / capacity);
    count += 1;
    sum += share;
    squares += share * share;
  }
  return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/**
 * Prefers the node whose resources would be used most evenly. Skips a pod that requests none of them.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
 */
export function nodeResourcesBalancedAllocation(args: NodeResourcesBalancedAllocationArgs = {}): ScorePlugin {
  const names = (args.resources ?? defaultResources).map(({ name }) => name);
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore: ({ requests }) => (names.some((name) => (requests[name] ?? 0) > 0) ? 'fits' : 'skip'),
    score: (pod, node) => (1 - deviation(names, pod, node)) * maxScore,
  };
}
