/**
 * The expressions of a policy, compiled once for each version of it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/plugin.go and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/mutating/compilation.go
 */
import type { Compiled } from '../../../api/admissionregistration/compiled.ts';
import { PolicyCompiler } from '../../../api/admissionregistration/policy-compiler.ts';
import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../../../api/types.ts';

interface Shared {
  readonly conditions: readonly Compiled[];
  readonly variables: ReadonlyMap<string, Compiled>;
}

export interface CompiledValidations extends Shared {
  readonly validations: readonly { readonly test: Compiled; readonly message: Compiled | undefined }[];
  readonly annotations: readonly { readonly key: string; readonly value: Compiled }[];
}

export interface CompiledMutations extends Shared {
  /** In the order of the policy; undefined where one has no expression. */
  readonly mutations: readonly (Compiled | undefined)[];
}

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;

function compileShared({ spec }: Policy): { compiler: PolicyCompiler; shared: Shared } {
  const compiler = new PolicyCompiler(spec);
  const variables = new Map<string, Compiled>();
  for (const { name, expression } of spec.variables ?? []) variables.set(name, compiler.variable(name, expression));
  const conditions = (spec.matchConditions ?? []).map(({ expression }) => compiler.condition(expression));
  return { compiler, shared: { conditions, variables } };
}

function compileValidations(policy: ValidatingAdmissionPolicy): CompiledValidations {
  const { compiler, shared } = compileShared(policy);
  const { validations = [], auditAnnotations = [] } = policy.spec;
  return {
    ...shared,
    validations: validations.map(({ expression, messageExpression }) => ({
      test: compiler.test(expression),
      message: messageExpression ? compiler.message(messageExpression) : undefined,
    })),
    annotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      value: compiler.annotation(valueExpression),
    })),
  };
}

function compileMutations(policy: MutatingAdmissionPolicy): CompiledMutations {
  const { compiler, shared } = compileShared(policy);
  return { ...shared, mutations: (policy.spec.mutations ?? []).map((mutation) => compiler.mutation(mutation)) };
}

/** Stored objects are never modified, so that one is compiled once. */
function once<P extends Policy, C>(compile: (policy: P) => C): (policy: P) => C {
  const known = new WeakMap<P, C>();
  return (policy) => {
    const before = known.get(policy);
    if (before) return before;
    const made = compile(policy);
    known.set(policy, made);
    return made;
  };
}

export const compiledValidations = once(compileValidations);
export const compiledMutations = once(compileMutations);
