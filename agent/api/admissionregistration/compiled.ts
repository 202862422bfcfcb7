/**
 * The expressions of policies and webhooks, compiled, and what they may ask about a write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/cel/compile.go
 */
import { ExpressionEnvironment, type Program } from '../cel/environment.ts';
import { CompileError } from '../cel/issues.ts';
import { bool, dyn, listOf, mapOf, objectOf, string, type Type, typeText } from '../cel/types.ts';

export type Compiled =
  | { readonly source: string; readonly program: Program; readonly problem?: undefined }
  | { readonly source: string; readonly problem: string };

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

/** `wanted`: the type that it must have; undefined: any. */
export function compiled(
  source: string,
  types: Readonly<Record<string, Type>>,
  wanted: Type['kind'] | undefined,
): Compiled {
  try {
    const program = new ExpressionEnvironment(types).compile(source);
    if (wanted === undefined || program.type.kind === wanted) return { source, program };
    return { source, problem: `must evaluate to ${wanted} but got ${typeText(program.type)}` };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { source, problem: `compilation failed: ${error.message}` };
  }
}

export type Types = Readonly<Record<string, Type>>;

/** What the conditions of a webhook see. */
export const conditionTypes: Types = { object: dyn, oldObject: dyn, request: requestType };

/** What a policy's expressions see, beside its variables. */
export const policyTypes = (hasParameters: boolean): Types => ({
  ...conditionTypes,
  namespaceObject: dyn,
  ...(hasParameters ? { params: dyn } : {}),
});
