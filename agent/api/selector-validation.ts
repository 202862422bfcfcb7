/** https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/validation/validation.go */
import { forbidden, invalid, invalidBy, required, tooLong } from './field-errors.ts';
import type { FieldError } from './kind.ts';
import { checkLabelKey, checkLabelValue } from './names.ts';
import type { meta } from './types.ts';
import { bytesOf } from './utf8.ts';

export function validateLabels(path: string, labels: Readonly<Record<string, string>> | undefined): FieldError[] {
  if (!labels) return [];
  return Object.entries(labels).flatMap(([key, value]) => [
    ...invalidBy(path, key, checkLabelKey),
    ...invalidBy(path, value, checkLabelValue),
  ]);
}

const mostAnnotations = 256 * 1024;
/** Whether they are not too large together. */
export function annotationsFit(annotations: Readonly<Record<string, string>>): boolean {
  let size = 0;
  for (const key of Object.keys(annotations)) size += bytesOf(key) + bytesOf(annotations[key] ?? '');
  return size <= mostAnnotations;
}

/**
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/validation/objectmeta.go (ValidateAnnotations)
 */
export function validateAnnotations(path: string, annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(annotations)) {
    for (const detail of checkLabelKey(key.toLowerCase())) errors.push(invalid(path, key, detail));
  }
  return annotationsFit(annotations) ? errors : [...errors, tooLong(path, mostAnnotations)];
}

/** What the operators ask of the values that labels and nodes are selected by alike; any other operator is refused. */
export function validateOperator(path: string, operator: string, values: readonly string[]): FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return [];
    return [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return [];
    return [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
}

/** Adds to `errors`. */
function validateExpression(path: string, requirement: meta.LabelSelectorRequirement, errors: FieldError[]): void {
  const { key, operator, values = [] } = requirement;
  for (const error of validateOperator(path, operator, values)) errors.push(error);
  for (const detail of checkLabelKey(key)) errors.push(invalid(`${path}.key`, key, detail));
  for (const [index, value] of values.entries()) {
    for (const detail of checkLabelValue(value)) errors.push(invalid(`${path}.values[${index}]`, value, detail));
  }
}

export function validateLabelSelector(path: string, selector: meta.LabelSelector): FieldError[] {
  const errors = validateLabels(`${path}.matchLabels`, selector.matchLabels);
  for (const [index, each] of (selector.matchExpressions ?? []).entries()) {
    validateExpression(`${path}.matchExpressions[${index}]`, each, errors);
  }
  return errors;
}
