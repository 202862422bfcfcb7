import { findUntolerated } from '../../api/taints.ts';
import { type FilterPlugin, fits, neverFit } from '../framework.ts';

export const taintToleration: FilterPlugin = {
  name: 'TaintToleration',
  filter: ({ pod }, { node }) => {
    const taint = findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
    return taint ? neverFit(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`) : fits;
  },
};
