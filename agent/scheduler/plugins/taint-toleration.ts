import { findUntolerated, tolerates } from '../../api/taints.ts';
import type { core, Node, Pod } from '../../api/types.ts';
import { sharedKey } from '../framework/cycle-state.ts';
import { type Filter, fits, neverFit, type Plugin, type Score } from '../framework/plugin.ts';
import { normalizeReversed } from '../framework/scores.ts';

const untolerated = (pod: Pod, node: Node): core.Taint | undefined =>
  findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);

/** The pod's tolerations of `PreferNoSchedule` taints. */
const preferring = sharedKey<readonly core.Toleration[]>('TaintToleration');

/**
 * Rejects nodes with taints that the pod does not tolerate, and avoids those with an untolerated `PreferNoSchedule`
 * taint.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
 */
export const taintToleration: Plugin & Filter & Score = {
  name: 'TaintToleration',
  eventsToRegister: () => [
    {
      resource: 'Node',
      actions: ['add', 'taints'],
      hint: (pod, { old, object }) =>
        object && !untolerated(pod, object) && !(old && !untolerated(pod, old)) ? 'queue' : 'skip',
    },
    { resource: 'UnscheduledPod', actions: ['tolerations'] },
  ],
  filter({ pod }, { node }) {
    const taint = untolerated(pod, node);
    return taint ? neverFit(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`) : fits;
  },
  preScore({ pod }, _nodes, _snapshot, state) {
    const { tolerations = [] } = pod.spec;
    state.write(
      preferring,
      tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
    );
    return 'fits';
  },
  score(_pod, { node }, state) {
    const { taints } = node.spec;
    if (!taints) return 0;
    const tolerations = state.read(preferring) ?? [];
    return taints.filter(
      (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((each) => tolerates(each, taint)),
    ).length;
  },
  normalize: normalizeReversed,
};
