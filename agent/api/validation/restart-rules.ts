/**
 * Validation of restart policies of containers.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateContainerRestartPolicy)
 */
import { notSupported, oneOf, required, tooMany } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { isEnabled } from '../schema/feature-gates.ts';
import type { core } from '../types.ts';

const mostRules = 20;
const mostExitCodes = 255;
const policies = ['Always', 'Never', 'OnFailure'];
const actions = isEnabled('RestartAllContainersOnContainerExits') ? ['Restart', 'RestartAllContainers'] : ['Restart'];
const operators = ['In', 'NotIn'];

type Rule = NonNullable<core.Container['restartPolicyRules']>[number];

const supported = (path: string, value: string | undefined, values: readonly string[]): FieldError[] =>
  values.includes(value ?? '') ? [] : [notSupported(path, value ?? '', values)];

function validateRule(path: string, { action, exitCodes }: Rule): FieldError[] {
  const errors = supported(`${path}.action`, action, actions);
  if (!exitCodes) return [...errors, required(`${path}.exitCodes`, 'must be specified')];
  const { operator, values = [] } = exitCodes;
  errors.push(...supported(`${path}.exitCodes.operator`, operator, operators));
  if (values.length <= mostExitCodes) return errors;
  return [...errors, tooMany(`${path}.exitCodes.values`, values.length, mostExitCodes)];
}

export function validateRestartRules(path: string, container: core.Container): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy === undefined && rules.length === 0) return [];
  const at = `${path}.restartPolicy`;
  const errors =
    restartPolicy === undefined
      ? [required(at, 'must specify restartPolicy when restart rules are used')]
      : oneOf(at, restartPolicy, policies);
  if (rules.length > mostRules) errors.push(tooMany(`${path}.restartPolicyRules`, rules.length, mostRules));
  for (const [index, rule] of rules.entries()) {
    errors.push(...validateRule(`${path}.restartPolicyRules[${index}]`, rule));
  }
  return errors;
}
