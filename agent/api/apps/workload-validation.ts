/**
 * Validation of replicas, selector and template: what all workloads have in common.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
 */
import { forbidden, immutable, invalid, nonNegative, notSupported, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { validateAnnotations, validateLabelSelector, validateLabels } from '../selector-validation.ts';
import { selects } from '../selectors.ts';
import type { core, meta } from '../types.ts';
import { validatePodAnnotations } from '../validation/pod-annotations.ts';
import { ephemeralContainersOf, validatePodSpec } from '../validation/pod-spec.ts';
import { compareProfiles } from '../validation/profiles.ts';
import { isSame } from '../validation/same.ts';

const isEmpty = ({ matchLabels, matchExpressions }: meta.LabelSelector): boolean =>
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

/** Upstream leaves `metadata` out of the paths of a template. */
function validateTemplate({ metadata, spec }: core.PodTemplateSpec): FieldError[] {
  const { labels, annotations = {} } = metadata ?? {};
  const errors = [
    ...validateLabels('spec.template.labels', labels),
    ...validateAnnotations('spec.template.annotations', annotations),
  ];
  if (!spec) return [...errors, required('spec.template.spec.containers')];
  const at = 'spec.template.spec';
  errors.push(
    ...validatePodAnnotations('spec.template.annotations', annotations, spec),
    ...validatePodSpec(at, spec, undefined),
    ...compareProfiles(at, annotations, spec),
    ...ephemeralContainersOf(at, spec, 'ephemeral containers not allowed in pod template'),
  );
  if (spec.restartPolicy !== 'Always') {
    errors.push(notSupported(`${at}.restartPolicy`, spec.restartPolicy, ['Always']));
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden(`${at}.activeDeadlineSeconds`, detail));
  }
  return errors;
}

function validateMatch(template: core.PodTemplateSpec | undefined, selector: meta.LabelSelector | undefined) {
  const labels = template?.metadata?.labels;
  // Where there is no selector, upstream takes one that matches nothing.
  if (selector && (isEmpty(selector) || selects(selector, labels))) return [];
  return [invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`')];
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

/** None of these counts is negative, nor greater than the count behind it. Absent ones are zero. */
export function validateCounts(
  status: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  mosts: readonly (readonly [field: string, most: string, called: string])[],
): FieldError[] {
  const count = (field: string): number => Number(status[field] ?? 0);
  return [
    ...fields.flatMap((field) => nonNegative(`status.${field}`, count(field))),
    ...mosts.flatMap(([field, most, called]) =>
      count(field) > count(most) ? [invalid(`status.${field}`, count(field), `cannot be greater than ${called}`)] : [],
    ),
  ];
}
