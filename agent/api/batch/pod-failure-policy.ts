/**
 * Validation of what a job does about pods that fail, and when it has succeeded.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go
 * (validatePodFailurePolicy, validateSuccessPolicy)
 */
import {
  duplicate,
  invalid,
  invalidBy,
  nonNegative,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import type { batch } from '../types.ts';
import { readIndexes } from './indexes.ts';

type Rule = batch.PodFailurePolicyRule;
type OnExitCodes = NonNullable<Rule['onExitCodes']>;
type Pattern = NonNullable<Rule['onPodConditions']>[number];

const mostRules = 20;
const mostPatterns = 20;
const mostExitCodes = 255;
const longestIndexes = 64 * 1024;

/** As Go writes a list of texts. */
const listed = (values: readonly string[]): string => `[${values.map((each) => JSON.stringify(each)).join(' ')}]`;

const chosen = (field: string, value: string | undefined, supported: readonly string[]): FieldError[] => {
  if (!value) return [required(field, `valid values: ${listed(supported)}`)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
};

const isOrdered = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);

function validateExitCodes(at: string, operator: string, values: readonly number[]): FieldError[] {
  const seen = new Set<number>();
  const errors: FieldError[] = [];
  if (values.length === 0) errors.push(invalid(at, values, 'at least one value is required'));
  if (values.length > mostExitCodes) errors.push(tooMany(at, values.length, mostExitCodes));
  for (const [index, value] of values.entries()) {
    const path = `${at}[${index}]`;
    if (operator === 'In' && value === 0) errors.push(invalid(path, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(path, value));
    seen.add(value);
  }
  return isOrdered(values) ? errors : [...errors, invalid(at, values, 'must be ordered')];
}

function validateOnExitCodes(at: string, rule: OnExitCodes, containers: ReadonlySet<string>): FieldError[] {
  const { operator, containerName, values = [] } = rule;
  const unknown = 'must be one of the container or initContainer names in the pod template';
  return [
    ...chosen(`${at}.operator`, operator, ['In', 'NotIn']),
    ...(containerName !== undefined && !containers.has(containerName)
      ? [invalid(`${at}.containerName`, containerName, unknown)]
      : []),
    ...validateExitCodes(`${at}.values`, operator, values),
  ];
}

const validatePatterns = (at: string, patterns: readonly Pattern[]): FieldError[] => [
  ...(patterns.length > mostPatterns ? [tooMany(at, patterns.length, mostPatterns)] : []),
  ...patterns.flatMap(({ type = '', status }, index) => [
    ...invalidBy(`${at}[${index}].type`, type, checkQualifiedName),
    ...chosen(`${at}[${index}].status`, status, ['False', 'True', 'Unknown']),
  ]),
];

function validateAction(field: string, action: string | undefined, spec: batch.JobSpec): FieldError[] {
  if (action !== 'FailIndex') return chosen(field, action, ['Count', 'FailIndex', 'FailJob', 'Ignore']);
  if (spec.backoffLimitPerIndex !== undefined) return [];
  return [invalid(field, action, 'requires the backoffLimitPerIndex to be set')];
}

function validateRule(at: string, rule: Rule, spec: batch.JobSpec, containers: ReadonlySet<string>): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const errors = validateAction(`${at}.action`, action, spec);
  if (onExitCodes) errors.push(...validateOnExitCodes(`${at}.onExitCodes`, onExitCodes, containers));
  errors.push(...validatePatterns(`${at}.onPodConditions`, onPodConditions));
  const hasConditions = onPodConditions.length > 0;
  if (onExitCodes && hasConditions) {
    errors.push(invalid(at, undefined, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  } else if (!onExitCodes && !hasConditions) {
    errors.push(invalid(at, undefined, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

/** `at` is the path of the policy. */
export function validatePodFailurePolicy(at: string, spec: batch.JobSpec): FieldError[] {
  if (!spec.podFailurePolicy) return [];
  const { rules = [] } = spec.podFailurePolicy;
  const { containers = [], initContainers = [] } = spec.template.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  return [
    ...(rules.length > mostRules ? [tooMany(`${at}.rules`, rules.length, mostRules)] : []),
    ...rules.flatMap((rule, index) => validateRule(`${at}.rules[${index}]`, rule, spec, names)),
  ];
}

function validateSucceededIndexes(field: string, indexes: string, completions: number): FieldError[] {
  const { problem } = readIndexes(indexes, completions);
  return [
    ...(indexes.length > longestIndexes ? [tooLong(field, longestIndexes)] : []),
    ...(problem === undefined ? [] : [invalid(field, indexes, `error parsing succeededIndexes: ${problem}`)]),
  ];
}

function validateSuccessRule(at: string, rule: batch.SuccessPolicyRule, completions: number): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    return [required(at, 'at least one of succeededCount or succeededIndexes must be specified')];
  }
  const field = `${at}.succeededCount`;
  const total = indexes === undefined ? completions : readIndexes(indexes, completions).total;
  const most = (limit: number, of: string) => `must be less than or equal to ${limit} (the number of ${of})`;
  return [
    ...(indexes === undefined ? [] : validateSucceededIndexes(`${at}.succeededIndexes`, indexes, completions)),
    ...nonNegative(field, count),
    ...(count !== undefined && count > completions
      ? [invalid(field, count, most(completions, 'specified completions'))]
      : []),
    ...(count !== undefined && indexes !== undefined && count > total
      ? [invalid(field, count, most(total, 'indexes in the specified succeededIndexes field'))]
      : []),
  ];
}

/** `at` is the path of the policy. */
export function validateSuccessPolicy(at: string, spec: batch.JobSpec): FieldError[] {
  const { successPolicy, completionMode, completions = 0 } = spec;
  if (!successPolicy) return [];
  const { rules = [] } = successPolicy;
  if (completionMode !== 'Indexed') {
    const internal = rules.map(({ succeededIndexes = null, succeededCount = null }) => ({
      SucceededIndexes: succeededIndexes,
      SucceededCount: succeededCount,
    }));
    return [invalid(at, { Rules: internal }, 'requires indexed completion mode')];
  }
  const none = 'at least one rules must be specified when the successPolicy is specified';
  return [
    ...(rules.length === 0 ? [required(`${at}.rules`, none)] : []),
    ...(rules.length > mostRules ? [tooMany(`${at}.rules`, rules.length, mostRules)] : []),
    ...rules.flatMap((rule, index) => validateSuccessRule(`${at}.rules[${index}]`, rule, completions)),
  ];
}
