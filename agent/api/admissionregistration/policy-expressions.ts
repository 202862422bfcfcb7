/**
 * Whether the expressions of a policy compile, one after the other in steps.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (validateVariable, validateValidation, validateAuditAnnotation, validateMutation)
 */
import { invalid } from '../field-errors.ts';
import type { Steps } from '../json/steps.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError, Verdict } from '../kind.ts';
import type { KubeObject, MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../types.ts';
import { isBlank } from './blank.ts';
import { type Compiled, compiled, conditionTypes, truth } from './compiled.ts';
import { PolicyCompiler, type Scope } from './policy-compiler.ts';

type Spec = Partial<ValidatingAdmissionPolicy['spec'] & MutatingAdmissionPolicy['spec']>;

type Written = KubeObject & { spec?: Spec };

/** An expression at its place, and how it compiles. */
interface Task {
  readonly path: string;
  readonly source: string | undefined;
  compile(source: string): Compiled | undefined;
}

/** Upstream looks at no longer one. */
const longestAnnotation = 5 * 1024;

function tasksOf(spec: Spec, compiler: PolicyCompiler): Task[] {
  const { variables = [], validations = [], auditAnnotations = [], mutations = [] } = spec;
  return [
    ...variables.map(({ name, expression }, index) => ({
      path: `spec.variables[${index}].expression`,
      source: expression,
      compile: (source: string) => compiler.variable(name, source),
    })),
    ...validations.flatMap(({ expression, messageExpression }, index): Task[] => {
      const at = `spec.validations[${index}]`;
      return [
        { path: `${at}.expression`, source: expression, compile: (source) => compiler.test(source) },
        { path: `${at}.messageExpression`, source: messageExpression, compile: (source) => compiler.message(source) },
      ];
    }),
    ...auditAnnotations
      .map(({ valueExpression }, index) => ({
        path: `spec.auditAnnotations[${index}].valueExpression`,
        source: valueExpression,
        compile: (source: string) => compiler.annotation(source.trim()),
      }))
      .filter(({ source }) => source.trim().length <= longestAnnotation),
    ...mutations.map((mutation, index) => {
      const field = mutation.patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration';
      return {
        path: `spec.mutations[${index}].${field}.expression`,
        source: mutation[field]?.expression,
        compile: () => compiler.mutation(mutation),
      };
    }),
  ];
}

/** Of a condition of a policy, or, without a scope, of a webhook. */
export function conditionProblems(expression: string, scope?: Pick<Scope, 'paramKind'>): string[] {
  const { problem } = scope
    ? new PolicyCompiler(scope).condition(expression)
    : compiled(expression, conditionTypes, truth);
  return problem === undefined ? [] : [problem];
}

/** What is stored compiled when it was written, so that only a changed spec is looked at. */
export function* judgeExpressions({ spec = {} }: Written, old: Written | undefined): Steps<Verdict> {
  const errors: FieldError[] = [];
  if (old && isEqual(spec, old.spec)) return { errors, warnings: [] };
  for (const { path, source, compile } of tasksOf(spec, new PolicyCompiler(spec))) {
    yield;
    if (source === undefined || isBlank(source)) continue;
    const problem = compile(source)?.problem;
    if (problem !== undefined) errors.push(invalid(path, source, problem));
  }
  return { errors, warnings: [] };
}
