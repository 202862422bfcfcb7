/**
 * Compiled terms of pod affinity and anti-affinity.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/types.go (AffinityTerm)
 */
import { withLabelKeys } from '../../api/label-keys.ts';
import type { Labels } from '../../api/selectors.ts';
import type { core, Pod } from '../../api/types.ts';
import { compileSelector, type LabelMatcher } from './selector.ts';

export interface PodTerm {
  topologyKey: string;
  namespaces: ReadonlySet<string>;
  namespaceMatches: LabelMatcher;
  labelsMatch: LabelMatcher;
}

export interface WeightedPodTerm extends PodTerm {
  weight: number;
}

/** The labels of a namespace by its name; none for a missing namespace. */
export type NamespaceLabels = (namespace: string) => Labels;

/** A term without namespaces and namespace selector applies to the namespace of its pod. */
function compileTerm(pod: Pod, term: core.PodAffinityTerm): PodTerm {
  const { namespaces = [], namespaceSelector, labelSelector, topologyKey, matchLabelKeys, mismatchLabelKeys } = term;
  const own = namespaces.length === 0 && !namespaceSelector ? [pod.metadata.namespace ?? ''] : namespaces;
  return {
    topologyKey,
    namespaces: new Set(own),
    namespaceMatches: compileSelector(namespaceSelector),
    labelsMatch: compileSelector(
      withLabelKeys(labelSelector, pod.metadata.labels, { match: matchLabelKeys, mismatch: mismatchLabelKeys }),
    ),
  };
}

export interface PodTerms {
  requiredAffinity: readonly PodTerm[];
  requiredAntiAffinity: readonly PodTerm[];
  preferredAffinity: readonly WeightedPodTerm[];
  preferredAntiAffinity: readonly WeightedPodTerm[];
}

const none: PodTerms = {
  requiredAffinity: [],
  requiredAntiAffinity: [],
  preferredAffinity: [],
  preferredAntiAffinity: [],
};

export function podTerms(pod: Pod, affinity: core.Affinity | undefined): PodTerms {
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return none;
  const required = (from: core.PodAffinity | undefined) =>
    (from?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => compileTerm(pod, term));
  const preferred = (from: core.PodAffinity | undefined) =>
    (from?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      ...compileTerm(pod, podAffinityTerm),
      weight,
    }));
  return {
    requiredAffinity: required(podAffinity),
    requiredAntiAffinity: required(podAntiAffinity),
    preferredAffinity: preferred(podAffinity),
    preferredAntiAffinity: preferred(podAntiAffinity),
  };
}

/** True if the term selects this pod. `labelsOf` is called only if the term selects namespaces by label. */
export function termSelects(term: PodTerm, { metadata }: Pod, labelsOf: NamespaceLabels): boolean {
  if (!term.labelsMatch(metadata.labels)) return false;
  const namespace = metadata.namespace ?? '';
  return term.namespaces.has(namespace) || term.namespaceMatches(labelsOf(namespace));
}
