/** Label selectors that are compiled once and matched against many pods. */
import { type Labels, matchesLabels, type Operator, type Requirement } from '../../api/selectors.ts';
import type { meta } from '../../api/types.ts';

export type LabelMatcher = (labels: Labels) => boolean;

/** An empty selector matches everything, an absent one matches nothing. */
export function compileSelector(selector: meta.LabelSelector | undefined): LabelMatcher {
  if (!selector) return () => false;
  const equal = Object.entries(selector.matchLabels ?? {});
  const requirements = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }): Requirement => ({ key, operator: operator as Operator, values }),
  );
  return (labels) =>
    equal.every(([key, value]) => labels?.[key] === value) &&
    (requirements.length === 0 || matchesLabels(requirements, labels));
}

/**
 * The selector extended by `matchLabelKeys` and `mismatchLabelKeys` with the pod's own values of these labels. Keys
 * that the pod lacks are ignored; an absent selector stays absent. The API server may have extended it already.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#matchlabelkeys
 */
export function withLabelKeys(
  selector: meta.LabelSelector | undefined,
  labels: Labels,
  { match = [], mismatch = [] }: { match?: readonly string[]; mismatch?: readonly string[] },
): meta.LabelSelector | undefined {
  if (!selector || (match.length === 0 && mismatch.length === 0)) return selector;
  const added = (keys: readonly string[], operator: Operator) =>
    keys.flatMap((key) => {
      const value = labels?.[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const expressions = [...(selector.matchExpressions ?? []), ...added(match, 'In'), ...added(mismatch, 'NotIn')];
  return { ...selector, matchExpressions: expressions };
}
