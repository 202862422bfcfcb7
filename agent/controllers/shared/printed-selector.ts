import type { meta } from '../../api/types.ts';

const printedRequirement = ({ key, operator, values = [] }: meta.LabelSelectorRequirement): string =>
  `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`;

/** As Go prints it, in messages. */
export function printedSelector(selector: meta.LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  const pairs = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const expressions = (selector.matchExpressions ?? []).map(printedRequirement).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${pairs}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}
