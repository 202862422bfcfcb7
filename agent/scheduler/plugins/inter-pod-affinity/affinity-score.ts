/**
 * Preferred terms in both directions, and the required affinity of existing pods.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/interpodaffinity/scoring.go
 */
import type { Node, Pod } from '../../../api/types.ts';
import { type CycleState, sharedKey } from '../../framework/cycle-state.ts';
import type { NodeInfo, PodInfo, Snapshot } from '../../framework/info.ts';
import { type NamespaceLabels, type PodTerm, termSelects, type WeightedPodTerm } from '../../framework/pod-terms.ts';
import { maxScore } from '../../framework/scores.ts';
import { createTopologyCounts, type TopologyCounts } from './topology-counts.ts';

export interface AffinityScoring {
  /** The weight of an existing pod's required affinity to this pod, between 0 and 100. */
  hardPodAffinityWeight: number;
  ignorePreferredTermsOfExistingPods: boolean;
  namespaceLabels: NamespaceLabels;
}

const sums = sharedKey<TopologyCounts>('InterPodAffinity score');

/** Sums the preferences for and against the existing pods, by topology. Returns false if there are none. */
export function sumPreferences(pod: PodInfo, snapshot: Snapshot, state: CycleState, scoring: AffinityScoring): boolean {
  const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods, namespaceLabels } = scoring;
  const hasTerms = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0;
  if (!hasTerms && ignorePreferredTermsOfExistingPods) return false;
  const total = createTopologyCounts();
  const add = (term: PodTerm, weight: number, selected: Pod, node: Node): void => {
    const value = node.metadata.labels?.[term.topologyKey];
    if (value !== undefined && weight !== 0 && termSelects(term, selected, namespaceLabels)) {
      total.add(term.topologyKey, value, weight);
    }
  };
  const addAll = (terms: readonly WeightedPodTerm[], sign: 1 | -1, selected: Pod, node: Node): void => {
    for (const term of terms) add(term, sign * term.weight, selected, node);
  };
  for (const { node, pods, podsWithAffinity } of hasTerms ? snapshot.nodes : snapshot.withAffinity.values()) {
    for (const other of (hasTerms ? pods : podsWithAffinity).values()) {
      addAll(pod.preferredAffinity, 1, other.pod, node);
      addAll(pod.preferredAntiAffinity, -1, other.pod, node);
      for (const term of other.requiredAffinity) add(term, hardPodAffinityWeight, pod.pod, node);
      if (ignorePreferredTermsOfExistingPods) continue;
      addAll(other.preferredAffinity, 1, pod.pod, node);
      addAll(other.preferredAntiAffinity, -1, pod.pod, node);
    }
  }
  state.write(sums, total);
  return !total.isEmpty;
}

export function scoreAffinity({ node }: NodeInfo, state: CycleState): number {
  const total = state.read(sums);
  let score = 0;
  for (const key of total?.keys() ?? []) score += total?.get(key, node.metadata.labels?.[key] ?? '') ?? 0;
  return score;
}

/** Scales from the lowest score, which may be negative, to the highest. */
export function normalizeAffinity(scores: readonly number[]): number[] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    least = Math.min(least, score);
    most = Math.max(most, score);
  }
  return scores.map((score) => (most > least ? Math.trunc((maxScore * (score - least)) / (most - least)) : 0));
}
