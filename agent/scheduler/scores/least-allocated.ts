import { maxScore, type ScorePlugin } from '../framework.ts';
import { usageWith } from './usage.ts';

/** Prefers the node with the most left. */
export const leastAllocated: ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  score: (pod, nodes) =>
    nodes.map((node) => {
      const { cpu, memory } = usageWith(pod, node);
      return ((1 - cpu + (1 - memory)) / 2) * maxScore;
    }),
};
