/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go
 * (MatchTopologySelectorTerms)
 */
import type { core, Node } from '../types.ts';

/** True if a volume may be made for the node: one of the terms must match; without terms every node does. */
export const allowsTopology = (terms: readonly core.TopologySelectorTerm[] = [], { metadata }: Node): boolean =>
  terms.length === 0 ||
  terms.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => {
      const value = metadata.labels?.[key];
      return value !== undefined && values.includes(value);
    }),
  );
