/**
 * What is asked of expressions when they are written.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (validateMatchConditions, validateVariable)
 */
import { duplicate, invalid, invalidBy, required, tooMany } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { late } from '../late.ts';
import { checkQualifiedName } from '../names.ts';
import type { admissionregistration } from '../types.ts';
import { isBlank } from './blank.ts';
import type { Scope } from './policy-compiler.ts';

const mostConditions = 64;

/** The language of expressions, loaded with the first of them. */
export const language = late('the language of expressions', () => import('./policy-expressions.ts'));

/** `scope`: of a policy; undefined for a webhook. Where there are conditions, `language` must have been loaded. */
export function validateMatchConditions(
  path: string,
  conditions: readonly admissionregistration.MatchCondition[] = [],
  scope?: Pick<Scope, 'paramKind'>,
): FieldError[] {
  const names = conditions.map(({ name }) => name);
  return [
    ...(conditions.length > mostConditions ? [tooMany(path, conditions.length, mostConditions)] : []),
    ...conditions.flatMap(({ name, expression }, index) => {
      const at = `${path}[${index}]`;
      return [
        ...(isBlank(expression)
          ? [required(`${at}.expression`)]
          : language
              .get()
              .conditionProblems(expression.trim(), scope)
              .map((problem) => invalid(`${at}.expression`, expression.trim(), problem))),
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
