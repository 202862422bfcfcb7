import { tolerates } from '../../api/taints.ts';
import { type FilterPlugin, fits, neverFit } from '../framework.ts';

/** What `kubectl cordon` stands for; daemons tolerate it. */
const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  filter: ({ pod }, { node }) =>
    !node.spec.unschedulable || pod.spec.tolerations?.some((toleration) => tolerates(toleration, cordon))
      ? fits
      : neverFit('node(s) were unschedulable'),
};
