/**
 * The expressions of a policy, compiled once for each version of it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/cel/compile.go
 */
import { type Compiled, compiled, policyTypes } from '../../../api/admissionregistration/compiled.ts';
import { dyn, objectOf, type Type } from '../../../api/cel/types.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';

export interface CompiledPolicy {
  readonly conditions: readonly Compiled[];
  readonly variables: ReadonlyMap<string, Compiled>;
  readonly validations: readonly { readonly test: Compiled; readonly message: Compiled | undefined }[];
}

function compilePolicy({ spec }: ValidatingAdmissionPolicy): CompiledPolicy {
  const types = policyTypes(spec.paramKind !== undefined);
  const fields: Record<string, Type> = {};
  const variables = new Map<string, Compiled>();
  const seen = (): Record<string, Type> => ({ ...types, variables: objectOf('kubernetes.variables', fields) });
  for (const { name, expression } of spec.variables ?? []) {
    const variable = compiled(expression, seen(), undefined);
    variables.set(name, variable);
    fields[name] = variable.problem === undefined ? variable.program.type : dyn;
  }
  return {
    conditions: (spec.matchConditions ?? []).map(({ expression }) => compiled(expression, types, 'bool')),
    variables,
    validations: (spec.validations ?? []).map(({ expression, messageExpression }) => ({
      test: compiled(expression, seen(), 'bool'),
      message: messageExpression ? compiled(messageExpression, seen(), 'string') : undefined,
    })),
  };
}

const known = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>();

/** Stored objects are never modified, so that one is compiled once. */
export function compiledPolicy(policy: ValidatingAdmissionPolicy): CompiledPolicy {
  const before = known.get(policy);
  if (before) return before;
  const made = compilePolicy(policy);
  known.set(policy, made);
  return made;
}
