/**
 * Validation of replicas, selector and template: what all workloads have in common.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
 */
import { ephemeralContainersOf, validatePodSpec } from '../core/pod-validation.ts';
import { forbidden, immutable, invalid, nonNegative, notSupported, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { validateLabelSelector, validateLabels } from '../selector-validation.ts';
import { selects } from '../selectors.ts';
import type { core, meta } from '../types.ts';

const isEmpty = ({ matchLabels, matchExpressions }: meta.LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;

interface Workload {
  replicas?: number;
  minReadySeconds?: number;
  selector?: meta.LabelSelector;
  template?: core.PodTemplateSpec;
}

function validateSelector(selector: meta.LabelSelector | undefined, name: string): FieldError[] {
  if (!selector) return [required('spec.selector')];
  const errors = validateLabelSelector('spec.selector', selector);
  if (isEmpty(selector)) errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${name}`));
  return errors;
}

function validateTemplate(template: core.PodTemplateSpec | undefined, selector: meta.LabelSelector | undefined) {
  const labels = template?.metadata?.labels;
  const errors: FieldError[] = [];
  // Where there is no selector, upstream takes one that matches nothing.
  if (!selector || (!isEmpty(selector) && !selects(selector, labels))) {
    errors.push(
      invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
    );
  }
  errors.push(...validateLabels('spec.template.labels', labels));
  const spec = template?.spec;
  if (!spec) return [...errors, required('spec.template.spec.containers')];
  const why = 'ephemeral containers not allowed in pod template';
  errors.push(
    ...validatePodSpec('spec.template.spec', spec),
    ...ephemeralContainersOf('spec.template.spec', spec, why),
  );
  if (spec.restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', spec.restartPolicy, ['Always']));
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

function validateSelection({ selector, template }: Workload, name: string): FieldError[] {
  const errors = validateSelector(selector, name);
  if (selector && validateLabelSelector('spec.selector', selector).length > 0) {
    return [...errors, invalid('spec.selector', selector, 'invalid label selector')];
  }
  return [...errors, ...validateTemplate(template, selector)];
}

/** `name` as in "empty selector is invalid for deployment". */
export const validateWorkload = (spec: Workload, name: string): FieldError[] => [
  ...nonNegative('spec.replicas', spec.replicas),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...validateSelection(spec, name),
];

export const validateSelectorUpdate = (
  selector: meta.LabelSelector | undefined,
  old: meta.LabelSelector | undefined,
): FieldError[] => (isEqual(selector, old) ? [] : [invalid('spec.selector', selector, immutable)]);
