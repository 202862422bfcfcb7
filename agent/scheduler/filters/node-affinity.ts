import { type FilterPlugin, fits, neverFit } from '../framework.ts';
import { matchesRequired } from '../node-selector.ts';

export const nodeAffinity: FilterPlugin = {
  name: 'NodeAffinity',
  filter: ({ pod }, { node }) =>
    matchesRequired(pod, node) ? fits : neverFit("node(s) didn't match Pod's node affinity/selector"),
};
