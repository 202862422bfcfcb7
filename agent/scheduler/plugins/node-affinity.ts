import { matchesRequired, matchesSelector, matchesTerm, requiredSelector } from '../../api/node-selector.ts';
import type { core, Node, Pod } from '../../api/types.ts';
import { sharedKey } from '../framework/cycle-state.ts';
import { type Filter, fits, neverFit, type Plugin, type Score } from '../framework/plugin.ts';
import { normalize } from '../framework/scores.ts';
import { intersection } from '../framework/sets.ts';

export interface NodeAffinityArgs {
  /** Applies to every pod of the profile, in addition to the pod's own affinity. */
  addedAffinity?: core.NodeAffinity;
}

const preferredTerms = sharedKey<readonly core.PreferredSchedulingTerm[]>('NodeAffinity');

/** The node names that a term requires; undefined if it requires none. */
function namesOf({ matchFields = [] }: core.NodeSelectorTerm): ReadonlySet<string> | undefined {
  let names: ReadonlySet<string> | undefined;
  for (const { key, operator, values = [] } of matchFields) {
    if (key !== 'metadata.name' || operator !== 'In') continue;
    names = intersection(names, new Set(values));
  }
  return names;
}

/** The node names that the terms require; undefined if one of the terms requires none. */
function namesOfAll(terms: readonly core.NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const term of terms) {
    const wanted = namesOf(term);
    if (!wanted) return undefined;
    for (const name of wanted) names.add(name);
  }
  return names;
}

/**
 * The pod's node selector and node affinity, required and preferred.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
 */
export function nodeAffinity({ addedAffinity }: NodeAffinityArgs = {}): Plugin & Filter & Score {
  const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const addedPreferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const matches = (pod: Pod, node: Node): boolean =>
    (!added || matchesSelector(added, node)) && matchesRequired(pod, node);
  return {
    name: 'NodeAffinity',
    eventsToRegister: () => [
      {
        resource: 'Node',
        actions: ['add', 'labels'],
        hint: (pod, { old, object }) =>
          object && matches(pod, object) && !(old && matches(pod, old)) ? 'queue' : 'skip',
      },
    ],
    preFilter({ pod }) {
      const required = requiredSelector(pod);
      if (!required && !added && !pod.spec.nodeSelector) return 'skip';
      if (!required || required.nodeSelectorTerms.length === 0) return 'fits';
      const nodes = namesOfAll(required.nodeSelectorTerms);
      if (!nodes) return 'fits';
      return nodes.size > 0 ? { nodes } : neverFit('pod affinity terms conflict');
    },
    filter({ pod }, { node }) {
      if (added && !matchesSelector(added, node)) {
        return neverFit("node(s) didn't match scheduler-enforced node affinity");
      }
      return matchesRequired(pod, node) ? fits : neverFit("node(s) didn't match Pod's node affinity/selector");
    },
    preScore({ pod }, _nodes, _snapshot, state) {
      const own = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      const terms = [...addedPreferred, ...own];
      state.write(preferredTerms, terms);
      return terms.length > 0 ? 'fits' : 'skip';
    },
    score: (_pod, { node }, state) =>
      (state.read(preferredTerms) ?? []).reduce(
        (sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0),
        0,
      ),
    normalize,
  };
}
