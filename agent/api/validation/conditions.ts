/**
 * Validation of `metav1.Condition`s.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/validation/validation.go
 * (ValidateConditions)
 */
import { duplicate, invalid, invalidBy, notSupported, required, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkConditionReason, checkLabelKey } from '../names.ts';

interface Condition {
  type?: string;
  status?: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

const statuses = ['False', 'True', 'Unknown'];
const longestReason = 1024;
const longestMessage = 32 * 1024;
const utf8 = new TextEncoder();

const tooLongFor = (path: string, text: string, most: number): FieldError[] =>
  text.length * 3 > most && utf8.encode(text).length > most ? [tooLong(path, most)] : [];

function validateCondition(path: string, condition: Condition): FieldError[] {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
  return [
    ...(type ? invalidBy(`${path}.type`, type, checkLabelKey) : [required(`${path}.type`, 'is required')]),
    ...(status ? [] : [required(`${path}.status`)]),
    ...(status && !statuses.includes(status) ? [notSupported(`${path}.status`, status, statuses)] : []),
    ...(observedGeneration < 0
      ? [invalid(`${path}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero')]
      : []),
    ...(lastTransitionTime ? [] : [required(`${path}.lastTransitionTime`)]),
    ...(reason ? invalidBy(`${path}.reason`, reason, checkConditionReason) : [required(`${path}.reason`)]),
    ...tooLongFor(`${path}.reason`, reason, longestReason),
    ...tooLongFor(`${path}.message`, message, longestMessage),
  ];
}

export function validateConditions(path: string, conditions: readonly Condition[] = []): FieldError[] {
  const seen = new Set<string>();
  return conditions.flatMap((condition, index) => {
    const at = `${path}[${index}]`;
    const { type = '' } = condition;
    const twice = seen.has(type) ? [duplicate(at, type)] : [];
    seen.add(type);
    return [...twice, ...validateCondition(at, condition)];
  });
}
