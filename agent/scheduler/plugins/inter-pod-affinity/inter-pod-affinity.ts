/**
 * Places pods near other pods, or away from them.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/interpodaffinity/plugin.go
 */
import type { Node, Pod } from '../../../api/types.ts';
import type { EventHint, Hint } from '../../framework/events.ts';
import type { Handle } from '../../framework/handle.ts';
import { podInfo } from '../../framework/info.ts';
import { type Filter, fits, type Plugin, type Score } from '../../framework/plugin.ts';
import { type NamespaceLabels, termSelects } from '../../framework/pod-terms.ts';
import { changeAffinity, countAffinity, filterAffinity, matchesAll } from './affinity-filter.ts';
import { normalizeAffinity, scoreAffinity, sumPreferences } from './affinity-score.ts';

export interface InterPodAffinityArgs {
  /** Between 0 and 100; 1 by default. */
  hardPodAffinityWeight?: number;
  ignorePreferredTermsOfExistingPods?: boolean;
}

/** An added pod may satisfy the affinity of the waiting pod; a removed pod may have violated its anti-affinity. */
function hintForPod(pod: Pod, old: Pod | undefined, now: Pod | undefined, labelsOf: NamespaceLabels): Hint {
  const { requiredAffinity, requiredAntiAffinity } = podInfo(pod);
  const wanted = (other: Pod | undefined): boolean => Boolean(other && matchesAll(requiredAffinity, other, labelsOf));
  const conflicts = (other: Pod | undefined): boolean =>
    Boolean(other && requiredAntiAffinity.some((term) => termSelects(term, other, labelsOf)));
  const repels = (other: Pod | undefined): boolean =>
    Boolean(other && podInfo(other).requiredAntiAffinity.some((term) => termSelects(term, pod, labelsOf)));
  const helps = (wanted(now) && !wanted(old)) || (conflicts(old) && !conflicts(now)) || (!now && repels(old));
  return helps ? 'queue' : 'skip';
}

/** False if the node lacks the topology label of a required affinity term: no pod on it can be near another. */
const isInTopologies = (pod: Pod, { metadata }: Node): boolean =>
  podInfo(pod).requiredAffinity.every(({ topologyKey }) => metadata.labels?.[topologyKey] !== undefined);

const hintsFor = (labelsOf: NamespaceLabels): readonly EventHint[] => [
  {
    resource: 'AssignedPod',
    actions: ['add', 'delete', 'labels'],
    hint: (pod, { old, object }) => hintForPod(pod, old, object, labelsOf),
  },
  { resource: 'UnscheduledPod', actions: ['labels'] },
  {
    resource: 'Node',
    actions: ['add', 'labels'],
    hint: (pod, { object }) => (object && isInTopologies(pod, object) ? 'queue' : 'skip'),
  },
];

export function interPodAffinity(
  { namespaceLabels }: Pick<Handle, 'namespaceLabels'>,
  { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false }: InterPodAffinityArgs = {},
): Plugin & Filter & Score {
  const scoring = { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods, namespaceLabels };
  return {
    name: 'InterPodAffinity',
    eventsToRegister: () => hintsFor(namespaceLabels),
    preFilter: (pod, snapshot, state) => (countAffinity(pod, snapshot, state, namespaceLabels) ? fits : 'skip'),
    addPod: (pod, added, node, state) => changeAffinity(pod, added, node, state, 1, namespaceLabels),
    removePod: (pod, removed, node, state) => changeAffinity(pod, removed, node, state, -1, namespaceLabels),
    filter: (pod, node, state) => filterAffinity(pod, node, state, namespaceLabels),
    preScore: (pod, _nodes, snapshot, state) => (sumPreferences(pod, snapshot, state, scoring) ? 'fits' : 'skip'),
    score: (_pod, node, state) => scoreAffinity(node, state),
    normalize: normalizeAffinity,
  };
}
