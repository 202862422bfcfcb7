/**
 * Node selectors and node affinity.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
 */
import { matchesLabels, type Operator, type Requirement } from '../api/selectors.ts';
import type { core, Node, Pod } from '../api/types.ts';

const requirement = ({ key, operator, values = [] }: core.NodeSelectorRequirement): Requirement => ({
  key,
  operator: operator as Operator,
  values,
});

/** All expressions must match; a term without any matches nothing. */
export function matchesTerm({ matchExpressions = [], matchFields = [] }: core.NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchesLabels(matchExpressions.map(requirement), node.metadata.labels) &&
    matchesLabels(matchFields.map(requirement), { 'metadata.name': node.metadata.name })
  );
}

/** `spec.nodeSelector`, and one of the required terms of the affinity. */
export function matchesRequired({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}
