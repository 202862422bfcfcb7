import { tolerates } from '../../api/taints.ts';
import type { Node, Pod } from '../../api/types.ts';
import { type FilterPlugin, fits, neverFit } from '../framework/plugin.ts';

/** The taint of `kubectl cordon`; pods of daemon sets tolerate it. */
const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const isOpen = (pod: Pod, node: Node): boolean =>
  !node.spec.unschedulable || Boolean(pod.spec.tolerations?.some((toleration) => tolerates(toleration, cordon)));

/**
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go
 */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  eventsToRegister: () => [
    {
      resource: 'Node',
      actions: ['add', 'taints'],
      hint: (pod, { old, object }) => (object && isOpen(pod, object) && !(old && isOpen(pod, old)) ? 'queue' : 'skip'),
    },
    { resource: 'UnscheduledPod', actions: ['tolerations'] },
  ],
  filter: ({ pod }, { node }) => (isOpen(pod, node) ? fits : neverFit('node(s) were unschedulable')),
};
