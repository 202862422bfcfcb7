/**
 * What is asked of expressions when they are written.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (validateMatchConditions, validateVariable)
 */
import { duplicate, invalid, invalidBy, required, tooMany } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import type { admissionregistration } from '../types.ts';
import { compiled, conditionTypes, type Types, truth } from './compiled.ts';

const mostConditions = 64;

export const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === '';

function problemsOf(expression: string, types: Types): string[] {
  const { problem } = compiled(expression.trim(), types, truth);
  return problem === undefined ? [] : [problem];
}

export function validateMatchConditions(
  path: string,
  conditions: readonly admissionregistration.MatchCondition[] = [],
  types: Types = conditionTypes,
): FieldError[] {
  const names = conditions.map(({ name }) => name);
  return [
    ...(conditions.length > mostConditions ? [tooMany(path, conditions.length, mostConditions)] : []),
    ...conditions.flatMap(({ name, expression }, index) => {
      const at = `${path}[${index}]`;
      return [
        ...(isBlank(expression)
          ? [required(`${at}.expression`)]
          : problemsOf(expression, types).map((problem) => invalid(`${at}.expression`, expression.trim(), problem))),
        ...(name ? invalidBy(`${at}.name`, name, checkQualifiedName) : [required(`${at}.name`)]),
        ...(name && names.indexOf(name) < index ? [duplicate(`${at}.name`, name)] : []),
      ];
    }),
  ];
}

const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var ' +
    'void while'
  ).split(' '),
);

type Variable = NonNullable<admissionregistration.ValidatingAdmissionPolicy['spec']>['variables'];

export const validateVariables = (path: string, variables: Variable = []): FieldError[] =>
  variables.flatMap(({ name, expression }, index) => {
    const at = `${path}[${index}]`;
    const misnamed = !identifier.test(name) || reserved.has(name);
    return [
      ...(isBlank(name) ? [required(`${at}.name`, 'name is not specified')] : []),
      ...(!isBlank(name) && misnamed ? [invalid(`${at}.name`, name, 'name is not a valid CEL identifier')] : []),
      ...(isBlank(expression) ? [required(`${at}.expression`, 'expression is not specified')] : []),
    ];
  });
