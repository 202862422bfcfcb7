import { normalize, type ScorePlugin } from '../framework.ts';
import { matchesTerm } from '../node-selector.ts';

/** Prefers nodes that match the pod's preferred terms, by weight. */
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
