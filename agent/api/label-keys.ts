/**
 * Selectors that take values of the pod's own labels: `matchLabelKeys` and `mismatchLabelKeys`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/strategy.go (mutatePodAffinity,
 * mutateTopologySpreadConstraints)
 */
import { own } from './own.ts';
import type { Labels } from './selectors.ts';
import type { core, meta, Pod } from './types.ts';

interface Keys {
  match?: readonly string[];
  mismatch?: readonly string[];
}

type Requirement = meta.LabelSelectorRequirement;

/**
 * The requirements that the keys stand for. Keys that the pod lacks stand for none.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#matchlabelkeys
 */
function requirementsOf({ match = [], mismatch = [] }: Keys, labels: Labels): Requirement[] {
  const of = (keys: readonly string[], operator: string) =>
    keys.flatMap((key) => {
      const value = own(labels, key);
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  return [...of(match, 'In'), ...of(mismatch, 'NotIn')];
}

const extended = (selector: meta.LabelSelector, added: readonly Requirement[]): meta.LabelSelector =>
  added.length === 0 ? selector : { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };

const textOf = ({ key, operator }: Requirement): string => `${operator} ${key}`;

/**
 * The selector as the scheduler reads it. The API server has merged the keys when the pod was created, so a requirement
 * for one of them is left as it is, whatever labels the pod has got since; pods of earlier releases have none yet.
 */
export function withLabelKeys(
  selector: meta.LabelSelector | undefined,
  labels: Labels,
  keys: Keys,
): meta.LabelSelector | undefined {
  if (!selector) return undefined;
  const requirements = requirementsOf(keys, labels);
  if (requirements.length === 0) return selector;
  const merged = new Set(selector.matchExpressions?.map(textOf));
  return extended(
    selector,
    requirements.filter((each) => !merged.has(textOf(each))),
  );
}

/** An absent selector matches nothing, and stays absent. */
function merge(holder: { labelSelector?: meta.LabelSelector }, labels: Labels, keys: Keys): void {
  if (holder.labelSelector) holder.labelSelector = extended(holder.labelSelector, requirementsOf(keys, labels));
}

const mergeTerm = (term: core.PodAffinityTerm, labels: Labels): void =>
  merge(term, labels, { match: term.matchLabelKeys, mismatch: term.mismatchLabelKeys });

/** On creation: the pod's affinity and spread constraints select by the labels that it has now. */
export function mergeLabelKeys({ metadata: { labels }, spec }: Pod): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      mergeTerm(podAffinityTerm, labels);
    }
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, labels);
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    merge(constraint, labels, { match: constraint.matchLabelKeys });
  }
}
