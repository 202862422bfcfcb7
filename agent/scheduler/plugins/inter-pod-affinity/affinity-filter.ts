/**
 * Required terms in both directions: those of the pod, and the anti-affinity of existing pods.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/interpodaffinity/filtering.go
 */
import type { Node, Pod } from '../../../api/types.ts';
import { type CycleState, stateKey } from '../../framework/cycle-state.ts';
import type { NodeInfo, PodInfo, Snapshot } from '../../framework/info.ts';
import { fits, neverFit, unfit, type Verdict } from '../../framework/plugin.ts';
import { type NamespaceLabels, type PodTerm, termSelects } from '../../framework/pod-terms.ts';
import { createTopologyCounts, type TopologyCounts } from './topology-counts.ts';

interface Counts {
  /** Pods that match all required terms of the pod's affinity. */
  affinity: TopologyCounts;
  /** Pods that match a required term of the pod's anti-affinity. */
  antiAffinity: TopologyCounts;
  /** Required anti-affinity terms of existing pods that match the pod. */
  existing: TopologyCounts;
}

const counts = stateKey<Counts>('InterPodAffinity filter', ({ affinity, antiAffinity, existing }) => ({
  affinity: affinity.clone(),
  antiAffinity: antiAffinity.clone(),
  existing: existing.clone(),
}));

function addAt(to: TopologyCounts, { topologyKey }: PodTerm, node: Node, by: number): void {
  const value = node.metadata.labels?.[topologyKey];
  if (value !== undefined) to.add(topologyKey, value, by);
}

export const matchesAll = (terms: readonly PodTerm[], pod: Pod, labelsOf: NamespaceLabels): boolean =>
  terms.length > 0 && terms.every((term) => termSelects(term, pod, labelsOf));

function countExisting(
  to: TopologyCounts,
  pod: Pod,
  other: PodInfo,
  node: Node,
  by: number,
  labelsOf: NamespaceLabels,
) {
  for (const term of other.requiredAntiAffinity) if (termSelects(term, pod, labelsOf)) addAt(to, term, node, by);
}

function countOwn(all: Counts, pod: PodInfo, other: Pod, node: Node, by: number, labelsOf: NamespaceLabels): void {
  if (matchesAll(pod.requiredAffinity, other, labelsOf)) {
    for (const term of pod.requiredAffinity) addAt(all.affinity, term, node, by);
  }
  for (const term of pod.requiredAntiAffinity) {
    if (termSelects(term, other, labelsOf)) addAt(all.antiAffinity, term, node, by);
  }
}

/** Returns false if nothing restricts the pod. */
export function countAffinity(pod: PodInfo, snapshot: Snapshot, state: CycleState, labelsOf: NamespaceLabels): boolean {
  const empty = createTopologyCounts;
  const all: Counts = { affinity: empty(), antiAffinity: empty(), existing: empty() };
  for (const { node, podsWithRequiredAntiAffinity } of snapshot.withRequiredAntiAffinity.values()) {
    for (const other of podsWithRequiredAntiAffinity.values()) {
      countExisting(all.existing, pod.pod, other, node, 1, labelsOf);
    }
  }
  const hasTerms = pod.requiredAffinity.length > 0 || pod.requiredAntiAffinity.length > 0;
  if (hasTerms) {
    for (const { node, pods } of snapshot.nodes) {
      for (const other of pods.values()) countOwn(all, pod, other.pod, node, 1, labelsOf);
    }
  }
  state.write(counts, all);
  return hasTerms || !all.existing.isEmpty;
}

export function changeAffinity(
  pod: PodInfo,
  other: PodInfo,
  { node }: NodeInfo,
  state: CycleState,
  by: 1 | -1,
  labelsOf: NamespaceLabels,
): void {
  const all = state.read(counts);
  if (!all) return;
  countExisting(all.existing, pod.pod, other, node, by, labelsOf);
  countOwn(all, pod, other.pod, node, by, labelsOf);
}

function satisfiesAffinity(pod: PodInfo, { affinity }: Counts, node: Node, labelsOf: NamespaceLabels): boolean {
  const terms = pod.requiredAffinity;
  const values = terms.map(({ topologyKey }) => node.metadata.labels?.[topologyKey]);
  if (values.some((value) => value === undefined)) return false;
  if (terms.every(({ topologyKey }, i) => affinity.get(topologyKey, values[i] ?? '') > 0)) return true;
  // The first pod of a group with affinity to each other may go anywhere.
  return affinity.isEmpty && matchesAll(terms, pod.pod, labelsOf);
}

export function filterAffinity(
  pod: PodInfo,
  { node }: NodeInfo,
  state: CycleState,
  labelsOf: NamespaceLabels,
): Verdict {
  const all = state.read(counts);
  if (!all) return fits;
  const labels = node.metadata.labels ?? {};
  if (pod.requiredAffinity.length > 0 && !satisfiesAffinity(pod, all, node, labelsOf)) {
    return neverFit("node(s) didn't match pod affinity rules");
  }
  const isNear = ({ topologyKey }: PodTerm): boolean =>
    all.antiAffinity.get(topologyKey, labels[topologyKey] ?? '') > 0;
  if (pod.requiredAntiAffinity.some(isNear)) return unfit("node(s) didn't match pod anti-affinity rules");
  for (const key of all.existing.keys()) {
    const value = labels[key];
    if (value !== undefined && all.existing.get(key, value) > 0) {
      return unfit("node(s) didn't satisfy existing pods anti-affinity rules");
    }
  }
  return fits;
}
