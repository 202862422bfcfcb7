/**
 * Spreads pods over zones, hosts and other domains.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/podtopologyspread/plugin.go
 */
import type { Node, Pod } from '../../../api/types.ts';
import type { EventHint } from '../../framework/events.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Filter, Plugin, Score } from '../../framework/plugin.ts';
import { type Constraint, constraintsOf, type DefaultConstraint, type Defaults, hasAllKeys } from './constraints.ts';
import { defaultSelector } from './default-selector.ts';
import { countSpreads, filterSpreads, spreadChanges } from './spread-filter.ts';
import { normalizeSpread, scoreSpread, weighSpreads } from './spread-score.ts';

export interface PodTopologySpreadArgs {
  /** For pods without constraints of their own; the selector is that of their services and controller. */
  defaultConstraints?: readonly DefaultConstraint[];
  /** `System` (the default) uses upstream's own default constraints. */
  defaultingType?: 'System' | 'List';
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints */
const systemConstraints: readonly DefaultConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

const isSelected = (constraints: readonly Constraint[], { metadata }: Pod): boolean =>
  constraints.some(({ labelsMatch }) => labelsMatch(metadata.labels));

/** True if a change of the node changes the domains that it counts in. */
function movesDomains(constraints: readonly Constraint[], before: Node | undefined, after: Node | undefined): boolean {
  const [had, has] = [before, after].map((node) => node !== undefined && hasAllKeys(node, constraints));
  if (!before || !after || had !== has) return Boolean(had || has);
  if (constraints.some(({ nodeTaintsPolicy }) => nodeTaintsPolicy === 'Honor')) return true;
  return constraints.some(
    ({ topologyKey }) => before.metadata.labels?.[topologyKey] !== after.metadata.labels?.[topologyKey],
  );
}

const hintsFor = (constraints: (pod: Pod) => readonly Constraint[]): readonly EventHint[] => [
  {
    resource: 'AssignedPod',
    actions: ['add', 'delete', 'labels'],
    hint(pod, { old, object }) {
      const namespace = (object ?? old)?.metadata.namespace;
      if (namespace !== pod.metadata.namespace) return 'skip';
      const all = constraints(pod);
      const [was, is] = [old, object].map((each) => each !== undefined && isSelected(all, each));
      return was !== is ? 'queue' : 'skip';
    },
  },
  { resource: 'UnscheduledPod', actions: ['labels'] },
  {
    resource: 'Node',
    actions: ['add', 'delete', 'labels', 'taints'],
    hint: (pod, { old, object }) => (movesDomains(constraints(pod), old, object) ? 'queue' : 'skip'),
  },
];

export function podTopologySpread(
  handle: Pick<Handle, 'servicesIn' | 'selectorOfOwner'>,
  { defaultConstraints = [], defaultingType = 'System' }: PodTopologySpreadArgs = {},
): Plugin & Filter & Score {
  const isSystem = defaultingType === 'System';
  const defaults: Defaults = {
    constraints: isSystem ? systemConstraints : defaultConstraints,
    selectorOf: (pod) => defaultSelector(pod, handle),
  };
  return {
    name: 'PodTopologySpread',
    eventsToRegister: () => hintsFor((pod) => constraintsOf(pod, 'DoNotSchedule', defaults)),
    preFilter(pod, snapshot, state) {
      const constraints = constraintsOf(pod.pod, 'DoNotSchedule', defaults);
      if (constraints.length === 0) return 'skip';
      countSpreads(pod, constraints, snapshot, state);
      return 'fits';
    },
    ...spreadChanges,
    filter: (_pod, node, state) => filterSpreads(node, state),
    preScore(pod, nodes, snapshot, state) {
      const constraints = constraintsOf(pod.pod, 'ScheduleAnyway', defaults);
      if (constraints.length === 0) return 'skip';
      // Upstream's own defaults also spread over hosts if nodes have no zone.
      const needsAllKeys = !isSystem || (pod.pod.spec.topologySpreadConstraints ?? []).length > 0;
      weighSpreads(pod, constraints, nodes, snapshot, state, needsAllKeys);
      return 'fits';
    },
    score: (_pod, node, state) => scoreSpread(node, state),
    normalize: normalizeSpread,
  };
}
