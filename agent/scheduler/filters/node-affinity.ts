import { type FilterPlugin, fits, neverFit } from '../framework.ts';
import { matchesRequired } from '../node-selector.ts';

/** The node selector and the required terms. https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go */
export const nodeAffinity: FilterPlugin = {
  name: 'NodeAffinity',
  filter: ({ pod }, { node }) =>
    matchesRequired(pod, node) ? fits : neverFit("node(s) didn't match Pod's node affinity/selector"),
};
