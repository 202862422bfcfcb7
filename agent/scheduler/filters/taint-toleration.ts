import { findUntolerated } from '../../api/taints.ts';
import { type FilterPlugin, fits, neverFit } from '../framework.ts';

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go */
export const taintToleration: FilterPlugin = {
  name: 'TaintToleration',
  filter: ({ pod }, { node }) => {
    const taint = findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
    return taint ? neverFit(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`) : fits;
  },
};
