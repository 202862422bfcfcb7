/**
 * Labels of nodes that have a new name.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/node/util.go
 */
import { own } from '../own.ts';
import type { core } from '../types.ts';

export const deprecatedLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

interface Expression {
  key: string;
}

/** `path` is that of the expressions. Upstream's GetWarningsForNodeSelectorTerm. */
export const warnOfExpressions = (path: string, expressions: readonly Expression[] = []): string[] =>
  expressions.flatMap(({ key }, index) => {
    const problem = own(deprecatedLabels, key);
    return problem === undefined ? [] : [`${path}[${index}].key: ${key} is ${problem}`];
  });

/** `path` is that of the terms. */
export const warnOfTerms = (path: string, terms: readonly core.NodeSelectorTerm[] = []): string[] =>
  terms.flatMap(({ matchExpressions }, index) =>
    warnOfExpressions(`${path}[${index}].matchExpressions`, matchExpressions),
  );
