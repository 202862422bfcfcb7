/**
 * What is wrong with the types of a policy's expressions, for each kind that it is about. Pure.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/typechecking.go
 */
import { PolicyCompiler } from '../../api/admissionregistration/policy-compiler.ts';
import type { Type } from '../../api/cel/types.ts';
import type { ValidatingAdmissionPolicy } from '../../api/types.ts';

/** A kind whose fields are known. */
export interface Subject {
  /** `apps/v1, Kind=Deployment` */
  readonly name: string;
  readonly type: Type;
}

export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

const prefix = 'compilation failed: ';

/** `params`: what its parameters are; undefined where nobody knows. */
export function typeCheck(
  { spec }: ValidatingAdmissionPolicy,
  subjects: readonly Subject[],
  params: Type | undefined,
): ExpressionWarning[] {
  const compilers = subjects.map(({ name, type }) => {
    const known = { object: type, oldObject: type, ...(params ? { params } : {}) };
    const compiler = new PolicyCompiler(spec, known);
    for (const variable of spec.variables ?? []) compiler.variable(variable.name, variable.expression);
    return { name, compiler };
  });
  const check = (fieldRef: string, expression: string | undefined): ExpressionWarning[] => {
    if (!expression) return [];
    const texts = compilers.flatMap(({ name, compiler }) => {
      const problem = compiler.problemOf(expression);
      return problem === undefined ? [] : [`${name}: ${problem.slice(prefix.length)}\n`];
    });
    return texts.length === 0 ? [] : [{ fieldRef, warning: texts.join('\n') }];
  };
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, index) => [
    ...check(`spec.validations[${index}].expression`, expression),
    ...check(`spec.validations[${index}].messageExpression`, messageExpression),
  ]);
}
