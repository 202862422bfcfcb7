import { tolerates } from '../../api/taints.ts';
import { normalizeReversed, type ScorePlugin } from '../framework.ts';

/**
 * Avoids nodes with `PreferNoSchedule` taints that the pod does not tolerate.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
 */
export const taintToleration: ScorePlugin = {
  name: 'TaintToleration',
  weight: 3,
  score: ({ pod }, nodes) =>
    normalizeReversed(
      nodes.map(
        ({ node }) =>
          (node.spec.taints ?? []).filter(
            (taint) =>
              taint.effect === 'PreferNoSchedule' && !pod.spec.tolerations?.some((each) => tolerates(each, taint)),
          ).length,
      ),
    ),
};
