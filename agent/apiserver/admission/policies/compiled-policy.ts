/**
 * The expressions of a policy, compiled once for each version of it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/cel/compile.go
 */
import { ExpressionEnvironment, type Program } from '../../../api/cel/environment.ts';
import { CompileError } from '../../../api/cel/issues.ts';
import { bool, dyn, listOf, mapOf, objectOf, string, type Type, typeText } from '../../../api/cel/types.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';

export type Compiled =
  | { readonly source: string; readonly program: Program; readonly problem?: undefined }
  | { readonly source: string; readonly problem: string };

export interface CompiledPolicy {
  readonly conditions: readonly Compiled[];
  readonly variables: ReadonlyMap<string, Compiled>;
  readonly validations: readonly { readonly test: Compiled; readonly message: Compiled | undefined }[];
}

const kindType = objectOf('kubernetes.GroupVersionKind', { group: string, version: string, kind: string });
const resourceType = objectOf('kubernetes.GroupVersionResource', { group: string, version: string, resource: string });
const userType = objectOf('kubernetes.UserInfo', {
  username: string,
  uid: string,
  groups: listOf(string),
  extra: mapOf(string, listOf(string)),
});

export const requestType = objectOf('kubernetes.AdmissionRequest', {
  kind: kindType,
  resource: resourceType,
  subResource: string,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: userType,
  dryRun: bool,
  options: dyn,
});

function compiled(source: string, types: Readonly<Record<string, Type>>, wanted: Type['kind'] | undefined): Compiled {
  try {
    const program = new ExpressionEnvironment(types).compile(source);
    if (wanted === undefined || program.type.kind === wanted) return { source, program };
    return { source, problem: `must evaluate to ${wanted} but got ${typeText(program.type)}` };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { source, problem: `compilation failed: ${error.message}` };
  }
}

function compilePolicy({ spec }: ValidatingAdmissionPolicy): CompiledPolicy {
  const common = { object: dyn, oldObject: dyn, request: requestType, namespaceObject: dyn };
  const types: Record<string, Type> = spec.paramKind ? { ...common, params: dyn } : common;
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
