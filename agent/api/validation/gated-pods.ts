/**
 * A pod that is kept from the scheduler may ask for more of its node, and never for less.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateNodeSelectorMutation, validateNodeAffinityMutation)
 */
import { invalid } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';

type Selector = core.PodSpec['nodeSelector'];

export function validateNodeSelectorMutation(path: string, now: Selector = {}, before: Selector = {}): FieldError[] {
  if (Object.entries(before).every(([key, value]) => now[key] === value)) return [];
  return [invalid(path, now, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)')];
}

const startsWith = (now: readonly unknown[], before: readonly unknown[]): boolean =>
  isEqual(now.slice(0, before.length), before);

function hasOnlyMore(now: core.NodeSelectorTerm, before: core.NodeSelectorTerm): boolean {
  const { matchExpressions: expressions = [], matchFields: fields = [] } = now;
  const { matchExpressions: oldExpressions = [], matchFields: oldFields = [] } = before;
  const wasEmpty = oldExpressions.length + oldFields.length === 0;
  if (wasEmpty && expressions.length + fields.length > 0) return false;
  return startsWith(expressions, oldExpressions) && startsWith(fields, oldFields);
}

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';

export function validateNodeAffinityMutation(
  path: string,
  now: core.NodeAffinity | undefined,
  before: core.NodeAffinity | undefined,
): FieldError[] {
  const at = `${path}.${hard}.nodeSelectorTerms`;
  const oldTerms = before?.[hard]?.nodeSelectorTerms ?? [];
  const terms = now?.[hard]?.nodeSelectorTerms ?? [];
  if (oldTerms.length > 0 && oldTerms.length !== terms.length) {
    return [invalid(at, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')];
  }
  return oldTerms.flatMap((old, index) => {
    const term = terms[index] ?? {};
    if (hasOnlyMore(term, old)) return [];
    return [invalid(`${at}[${index}]`, term, 'only additions are allowed (no mutations or deletions)')];
  });
}
