/** https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/validation/validation.go */
import { forbidden, invalid, invalidBy, required, tooLong } from './field-errors.ts';
import type { FieldError } from './kind.ts';
import { checkLabelKey, checkLabelValue } from './names.ts';
import type { meta } from './types.ts';

export function validateLabels(path: string, labels: Readonly<Record<string, string>> | undefined): FieldError[] {
  if (!labels) return [];
  return Object.entries(labels).flatMap(([key, value]) => [
    ...invalidBy(path, key, checkLabelKey),
    ...invalidBy(path, value, checkLabelValue),
  ]);
}

const mostAnnotations = 256 * 1024;
const utf8 = new TextEncoder();
const bytesOf = (text: string): number => utf8.encode(text).length;

/** Whether they are not too large together. */
export const annotationsFit = (annotations: Readonly<Record<string, string>>): boolean =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0) <= mostAnnotations;

/**
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/validation/objectmeta.go (ValidateAnnotations)
 */
export function validateAnnotations(path: string, annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const entries = Object.entries(annotations);
  const errors = entries.flatMap(([key]) =>
    checkLabelKey(key.toLowerCase()).map((detail) => invalid(path, key, detail)),
  );
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

function validateExpression(path: string, requirement: meta.LabelSelectorRequirement): FieldError[] {
  const { key, operator, values = [] } = requirement;
  return [
    ...validateOperator(path, operator, values),
    ...invalidBy(`${path}.key`, key, checkLabelKey),
    ...values.flatMap((value, index) => invalidBy(`${path}.values[${index}]`, value, checkLabelValue)),
  ];
}

export const validateLabelSelector = (path: string, selector: meta.LabelSelector): FieldError[] => [
  ...validateLabels(`${path}.matchLabels`, selector.matchLabels),
  ...(selector.matchExpressions ?? []).flatMap((each, index) =>
    validateExpression(`${path}.matchExpressions[${index}]`, each),
  ),
];
