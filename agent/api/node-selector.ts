/**
 * Node selectors and node affinity.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
 */
import { matchesLabels, type Operator, type Requirement } from './selectors.ts';
import type { core, Node, Pod } from './types.ts';

const requirement = ({ key, operator, values = [] }: core.NodeSelectorRequirement): Requirement => ({
  key,
  operator: operator as Operator,
  values,
});

/** All expressions must match. A term without expressions matches nothing. */
export function matchesTerm({ matchExpressions = [], matchFields = [] }: core.NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchesLabels(matchExpressions.map(requirement), node.metadata.labels) &&
    matchesLabels(matchFields.map(requirement), { 'metadata.name': node.metadata.name })
  );
}

/** At least one of the terms must match. */
export const matchesSelector = ({ nodeSelectorTerms }: core.NodeSelector, node: Node): boolean =>
  nodeSelectorTerms.some((term) => matchesTerm(term, node));

type Scheduled = Pick<Pod, 'spec'>;

export const requiredSelector = ({ spec }: Scheduled): core.NodeSelector | undefined =>
  spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;

/** `spec.nodeSelector` and at least one of the required terms of the affinity must match. */
export function matchesRequired(pod: Scheduled, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = requiredSelector(pod);
  return !required || matchesSelector(required, node);
}
