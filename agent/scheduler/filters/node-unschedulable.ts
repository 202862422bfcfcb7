import { tolerates } from '../../api/taints.ts';
import { type FilterPlugin, fits, neverFit } from '../framework.ts';

/** What `kubectl cordon` stands for; daemons tolerate it. */
const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  filter: ({ pod }, { node }) =>
    !node.spec.unschedulable || pod.spec.tolerations?.some((toleration) => tolerates(toleration, cordon))
      ? fits
      : neverFit('node(s) were unschedulable'),
};
