/**
 * `policy/v1beta1`, in which a budget whose selector is empty was for no pod; in `policy/v1` it is for all of them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.24/pkg/apis/policy/v1beta1/conversion.go
 */
import { isObject } from '../json/value.ts';
import type { AnyObject, meta } from '../types.ts';

const label = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';

/** No pod has the label: the first selects none, the second all of them. */
const noPod: meta.LabelSelector = { matchExpressions: [{ key: label, operator: 'Exists' }] };
const everyPod: meta.LabelSelector = { matchExpressions: [{ key: label, operator: 'DoesNotExist' }] };

const isEmpty = ({ matchLabels, matchExpressions }: meta.LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

/** Whether it has no requirement but that of the other. */
function isAlone({ matchLabels, matchExpressions = [] }: meta.LabelSelector, other: meta.LabelSelector): boolean {
  const [only, ...more] = matchExpressions;
  const [wanted] = other.matchExpressions ?? [];
  if (Object.keys(matchLabels ?? {}).length > 0 || more.length > 0) return false;
  return only?.key === wanted?.key && only?.operator === wanted?.operator && !only?.values?.length;
}

/** What says so in one version only would only be in the way in the other. */
function withoutLabel(selector: meta.LabelSelector): meta.LabelSelector {
  const { matchExpressions, ...others } = selector;
  const kept = matchExpressions?.filter(({ key }) => key !== label);
  return kept?.length ? { ...others, matchExpressions: kept } : others;
}

function withSelector(budget: AnyObject, convert: (selector: meta.LabelSelector) => meta.LabelSelector): AnyObject {
  const selector = budget.spec?.selector;
  return isObject(selector) ? { ...budget, spec: { ...budget.spec, selector: convert(selector) } } : budget;
}

export const budgetToHub = (budget: AnyObject): AnyObject =>
  withSelector(budget, (selector) => {
    if (isEmpty(selector)) return noPod;
    return isAlone(selector, everyPod) ? {} : withoutLabel(selector);
  });

export const budgetFromHub = (budget: AnyObject): AnyObject =>
  withSelector(budget, (selector) => {
    if (isEmpty(selector)) return everyPod;
    return isAlone(selector, noPod) ? {} : withoutLabel(selector);
  });
