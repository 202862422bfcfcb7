/**
 * Validation of replicas, selector and template: what all workloads have in common.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
 */
import { immutable, invalid, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import { selects } from '../selectors.ts';
import type { core, meta } from '../types.ts';
import { unmatchedLabels, validateLastingPods, validatePodTemplate } from '../validation/pod-template.ts';
import { isSame } from '../validation/same.ts';

/** Of a selector that selects everything, which no workload may. */
export const isEmpty = ({ matchLabels, matchExpressions }: meta.LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

interface Workload {
  selector?: meta.LabelSelector;
  template?: core.PodTemplateSpec;
}

/** Upstream names the deployment for replica sets too. */
function validateSelector(selector: meta.LabelSelector | undefined): FieldError[] {
  if (!selector) return [required('spec.selector')];
  const errors = validateLabelSelector('spec.selector', selector);
  if (isEmpty(selector)) errors.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
  return errors;
}

function validateTemplate(template: core.PodTemplateSpec): FieldError[] {
  const at = 'spec.template';
  return [...validatePodTemplate(at, template), ...validateLastingPods(at, template.spec, 'ReplicaSet')];
}

function validateMatch(template: core.PodTemplateSpec = {}, selector: meta.LabelSelector | undefined) {
  // Where there is no selector, upstream takes one that matches nothing.
  if (selector && (isEmpty(selector) || selects(selector, template.metadata?.labels))) return [];
  return [unmatchedLabels('spec.template', template)];
}

/**
 * Selector and template. A template that is stored is valid: it was judged by the rules of its time. `old` is what is
 * stored, undefined on creation.
 */
export function validateSelection({ selector, template }: Workload, old: Workload | undefined): FieldError[] {
  const errors = validateSelector(selector);
  if (selector && validateLabelSelector('spec.selector', selector).length > 0) {
    return [...errors, invalid('spec.selector', selector, 'invalid label selector')];
  }
  const kept = old !== undefined && isEqual(template, old.template);
  return [...errors, ...validateMatch(template, selector), ...(kept ? [] : validateTemplate(template ?? {}))];
}

export const validateSelectorUpdate = (
  selector: meta.LabelSelector | undefined,
  old: meta.LabelSelector | undefined,
): FieldError[] => (isSame(selector, old) ? [] : [invalid('spec.selector', selector, immutable)]);
