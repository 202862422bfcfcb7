/** PreScore, Score and NormalizeScore: they rank the nodes that a pod fits on. */
import type { CycleState } from './cycle-state.ts';
import type { EnabledPlugins } from './enabled-plugins.ts';
import type { NodeInfo, PodInfo, Snapshot } from './info.ts';

export interface ScorePoints {
  /** The weighted sum of all scores, one per node. */
  score(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, state: CycleState): number[];
}

export function createScorePoints({ at, weighted }: EnabledPlugins): ScorePoints {
  const preScores = at('preScore', 'preScore');
  const scores = weighted('score').flatMap(({ plugin, weight }) => {
    const { score } = plugin;
    return score ? [{ plugin: { ...plugin, score }, weight }] : [];
  });
  return {
    score(pod, nodes, snapshot, state) {
      for (const plugin of preScores) {
        if (plugin.preScore(pod, nodes, snapshot, state) === 'skip') state.skipScore.add(plugin.name);
      }
      const totals = nodes.map(() => 0);
      for (const { plugin, weight } of scores) {
        if (state.skipScore.has(plugin.name)) continue;
        const raw = nodes.map((node) => plugin.score(pod, node, state));
        const normal = plugin.normalize?.(raw, nodes, state) ?? raw;
        for (let i = 0; i < totals.length; i += 1) totals[i] = (totals[i] ?? 0) + (normal[i] ?? 0) * weight;
      }
      return totals;
    },
  };
}
