/** PreFilter, Filter and PostFilter: they find the nodes that a pod fits on, or react if there are none. */
import type { Pod } from '../../api/types.ts';
import { type CycleState, sharedKey } from './cycle-state.ts';
import { type EnabledPlugins, isObject, rejected } from './enabled-plugins.ts';
import { type NodeInfo, type PodInfo, priorityOf, type Snapshot } from './info.ts';
import { addPod, copyNode } from './node-state.ts';
import type { Nominator } from './nominator.ts';
import type { Filter, Plugin, PostFilter, PostFilterOutcome, PreFilterExtensions, Rejection } from './plugin.ts';
import { intersection } from './sets.ts';

export type PreFiltered =
  | { kind: 'nodes'; nodes?: ReadonlySet<string>; plugins: readonly string[] }
  | { kind: 'rejected'; rejection: Rejection };

export interface FilterPoints extends PreFilterExtensions, PostFilter {
  preFilter(pod: PodInfo, snapshot: Snapshot, state: CycleState): PreFiltered;
  /** The first rejection by a plugin; undefined if the pod fits. */
  filter(pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined;
  /** Like `filter`, but also with the pods of equal or higher priority that are nominated for the node. */
  filterWithNominated(pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined;
}

/** The message when the plugins leave no common node. */
function unsatisfied(plugins: readonly string[]): string {
  const [first] = plugins;
  if (plugins.length === 1) return `node(s) didn't satisfy plugin ${first}`;
  return `node(s) didn't satisfy plugin(s) [${[...plugins].sort().join(' ')}] simultaneously`;
}

function createPreFilter({ at }: EnabledPlugins): FilterPoints['preFilter'] {
  const plugins = at('preFilter', 'preFilter');
  return (pod, snapshot, state) => {
    let nodes: ReadonlySet<string> | undefined;
    const narrowedBy: string[] = [];
    for (const plugin of plugins) {
      const outcome = plugin.preFilter(pod, snapshot, state);
      if (outcome === 'skip') state.skipFilter.add(plugin.name);
      if (!isObject(outcome)) continue;
      if ('reasons' in outcome) return { kind: 'rejected', rejection: rejected(plugin.name, outcome) };
      narrowedBy.push(plugin.name);
      nodes = intersection(nodes, outcome.nodes);
      if (nodes.size > 0) continue;
      const reason = unsatisfied(narrowedBy);
      return { kind: 'rejected', rejection: { plugin: plugin.name, reasons: [reason], unresolvable: true } };
    }
    return { kind: 'nodes', nodes, plugins: narrowedBy.sort() };
  };
}

function createExtensions({ at }: EnabledPlugins): PreFilterExtensions {
  const plugins = at('preFilter', 'addPod', 'removePod');
  return {
    addPod(pod, added, node, state) {
      for (const plugin of plugins) if (!state.skipFilter.has(plugin.name)) plugin.addPod(pod, added, node, state);
    },
    removePod(pod, removed, node, state) {
      for (const plugin of plugins) if (!state.skipFilter.has(plugin.name)) plugin.removePod(pod, removed, node, state);
    },
  };
}

/** The Filter plugins of this cycle. */
const activeFilters = sharedKey<readonly (Plugin & Filter)[]>('active filters');

function createFilter({ at }: EnabledPlugins): FilterPoints['filter'] {
  const plugins = at('filter', 'filter');
  return (pod, node, state) => {
    let active = state.read(activeFilters);
    if (!active) {
      active = plugins.filter(({ name }) => !state.skipFilter.has(name));
      state.write(activeFilters, active);
    }
    for (const plugin of active) {
      const verdict = plugin.filter(pod, node, state);
      if (verdict !== 'fits') return rejected(plugin.name, verdict);
    }
    return undefined;
  };
}

/** True if the other pod has the same priority or a higher one, and so precedes the pod. */
const goesBefore = (other: Pod, pod: Pod): boolean =>
  other.metadata.uid !== pod.metadata.uid && priorityOf(other) >= priorityOf(pod);

function createFilterWithNominated(
  filter: FilterPoints['filter'],
  { addPod: addToState }: PreFilterExtensions,
  nominator: Nominator,
): FilterPoints['filterWithNominated'] {
  return (pod, node, state) => {
    const others = nominator.nominatedOn(node.name).filter((other) => goesBefore(other.pod, pod.pod));
    if (others.length > 0) {
      const withThem = copyNode(node);
      const trial = state.clone();
      for (const other of others) {
        addPod(withThem, other);
        addToState(pod, other, withThem, trial);
      }
      const rejection = filter(pod, withThem, trial);
      if (rejection) return rejection;
    }
    // Nominated pods may never arrive: the pod must also fit without them, e.g. if it has an affinity to one of them.
    return filter(pod, node, state);
  };
}

function createPostFilter({ at }: EnabledPlugins): PostFilter['postFilter'] {
  const plugins = at('postFilter', 'postFilter');
  return (pod, verdicts, snapshot, state) => {
    let last: PostFilterOutcome | undefined;
    for (const plugin of plugins) {
      last = plugin.postFilter(pod, verdicts, snapshot, state) ?? last;
      if (last?.message === '') return last;
    }
    return last;
  };
}

export function createFilterPoints(plugins: EnabledPlugins, nominator: Nominator): FilterPoints {
  const filter = createFilter(plugins);
  const extensions = createExtensions(plugins);
  return {
    preFilter: createPreFilter(plugins),
    ...extensions,
    filter,
    filterWithNominated: createFilterWithNominated(filter, extensions, nominator),
    postFilter: createPostFilter(plugins),
  };
}
