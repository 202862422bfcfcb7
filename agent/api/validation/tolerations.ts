/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateTolerations, validateNodeTaints)
 */
import {
  duplicate,
  invalid,
  invalidAtOnce,
  invalidBy,
  invalidIfGiven,
  notSupported,
  required,
} from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkLabelKey, checkLabelValue } from '../names.ts';
import type { core } from '../types.ts';
import { internalTaint } from './internal-types.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const validateEffect = (path: string, effect: string | undefined): FieldError[] =>
  effect === undefined || effects.includes(effect) ? [] : [notSupported(path, effect, effects)];

function validateValue(path: string, { operator = '', value = '' }: core.Toleration): FieldError[] {
  if (operator === '' || operator === 'Equal') return invalidAtOnce(path, value, checkLabelValue);
  if (operator !== 'Exists') {
    // Upstream names two operators more to those who use them while the gate TaintTolerationComparisonOperators is off.
    const compares = operator === 'Lt' || operator === 'Gt';
    return [notSupported(path, operator, compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'])];
  }
  return value ? [invalid(path, value, "value must be empty when `operator` is 'Exists'")] : [];
}

const anyKey = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
const timed = "effect must be 'NoExecute' when `tolerationSeconds` is set";

export const validateTolerations = (path: string, tolerations: readonly core.Toleration[] = []): FieldError[] =>
  tolerations.flatMap((toleration, index) => {
    const { key, operator = '', effect = '', tolerationSeconds } = toleration;
    const at = `${path}[${index}]`;
    return [
      ...invalidIfGiven(`${at}.key`, key, checkLabelKey),
      ...(key || operator === 'Exists' ? [] : [invalid(`${at}.operator`, operator, anyKey)]),
      ...(tolerationSeconds === undefined || effect === 'NoExecute' ? [] : [invalid(`${at}.effect`, effect, timed)]),
      ...validateValue(`${at}.operator`, toleration),
      ...(effect ? validateEffect(`${at}.effect`, effect) : []),
    ];
  });

export function validateTaints(path: string, taints: readonly Partial<core.Taint>[] = []): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const { key, value = '', effect } = taint;
    const at = `${path}[${index}]`;
    const errors = [
      ...invalidBy(`${at}.key`, key ?? '', checkLabelKey),
      ...invalidAtOnce(`${at}.value`, value, checkLabelValue),
      ...(effect ? validateEffect(`${at}.effect`, effect) : [required(`${at}.effect`)]),
    ];
    const twice = seen.has(`${effect} ${key}`);
    seen.add(`${effect} ${key}`);
    if (!twice) return errors;
    return [
      ...errors,
      { ...duplicate(at, internalTaint(taint)), detail: 'taints must be unique by key and effect pair' },
    ];
  });
}
