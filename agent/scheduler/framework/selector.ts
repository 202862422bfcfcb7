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
