/**
 * Validation of replicas, selector and template: what all workloads have in common.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/apis/apps/validation/validation.go
 */
import { validateLabels, validatePodSpec } from '../core/pod-validation.ts';
import { forbidden, immutable, invalid, invalidBy, nonNegative, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkLabelKey } from '../names.ts';
import { isEqual } from '../patch/json-value.ts';
import { selects } from '../selectors.ts';
import type { core, meta } from '../types.ts';

function validateExpression(path: string, requirement: meta.LabelSelectorRequirement): FieldError[] {
  const { key, operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  return [...errors, ...invalidBy(`${path}.key`, key, checkLabelKey)];
}

export const validateLabelSelector = (path: string, selector: meta.LabelSelector): FieldError[] => [
  ...validateLabels(`${path}.matchLabels`, selector.matchLabels),
  ...(selector.matchExpressions ?? []).flatMap((each, index) =>
    validateExpression(`${path}.matchExpressions[${index}]`, each),
  ),
];

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
  const labels = template?.metadata?.labels ?? {};
  const errors: FieldError[] = [];
  if (selector && !isEmpty(selector) && !selects(selector, labels)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  errors.push(...validateLabels('spec.template.labels', labels));
  const spec = template?.spec;
  if (!spec) return [...errors, required('spec.template.spec.containers')];
  errors.push(...validatePodSpec('spec.template.spec', spec));
  if (spec.restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', spec.restartPolicy, ['Always']));
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

/** `name` as in "empty selector is invalid for deployment". */
export const validateWorkload = (spec: Workload, name: string): FieldError[] => [
  ...nonNegative('spec.replicas', spec.replicas),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...validateSelector(spec.selector, name),
  ...validateTemplate(spec.template, spec.selector),
];

export const validateSelectorUpdate = (
  selector: meta.LabelSelector | undefined,
  old: meta.LabelSelector | undefined,
): FieldError[] => (isEqual(selector, old) ? [] : [invalid('spec.selector', selector, immutable)]);
