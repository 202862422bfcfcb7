import { normalize, type ScorePlugin } from '../framework.ts';
import { matchesTerm } from '../node-selector.ts';

/**
 * Prefers nodes that match the pod's preferred terms, by weight.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
 */
export const nodeAffinity: ScorePlugin = {
  name: 'NodeAffinity',
  weight: 2,
  score: ({ pod }, nodes) => {
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return normalize(
      nodes.map(({ node }) =>
        preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0),
      ),
    );
  },
};
