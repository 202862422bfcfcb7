/**
 * The expressions of policies and webhooks, compiled, and what they may ask about a write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/cel/compile.go
 */
import { type Additions, ExpressionEnvironment, type Program } from '../cel/environment.ts';
import { CompileError } from '../cel/issues.ts';
import { authorizerType, resourceCheckType } from '../cel/library/authorization.ts';
import { jsonPatches } from '../cel/library/json-patch.ts';
import {
  bool,
  dyn,
  int,
  listOf,
  mapOf,
  nullType,
  type ObjectType,
  objectOf,
  string,
  type Type,
  timestamp,
  typeText,
} from '../cel/types.ts';

export type Compiled =
  | { readonly source: string; readonly program: Program; readonly problem?: undefined }
  | { readonly source: string; readonly problem: string };

export type Types = Readonly<Record<string, Type>>;

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

/** Upstream leaves out the owners, the managers and other parts of the metadata. */
export const namespaceType = objectOf('kubernetes.Namespace', {
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: mapOf(string, string),
    annotations: mapOf(string, string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: listOf(string),
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: listOf(string) }),
  status: objectOf('kubernetes.NamespaceStatus', {
    conditions: listOf(
      objectOf('kubernetes.NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});

const always: Types = { object: dyn, oldObject: dyn, request: requestType, namespaceObject: namespaceType };
const authorizers: Types = { authorizer: authorizerType, 'authorizer.requestResource': resourceCheckType };

/** What the conditions of a webhook see. */
export const conditionTypes: Types = { ...always, ...authorizers };

/** What the conditions of a policy see; `params`: what they know of its parameters, where it has any. */
export const policyTypes = (params: Type | undefined): Types => ({ ...conditionTypes, ...(params ? { params } : {}) });

/** Of any fields. https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/mutation/typeresolver.go */
const anyObject = (name: string): ObjectType => ({
  kind: 'object',
  name,
  field: (field) => ({ name: field, type: dyn }),
});

export const appliedType = anyObject('Object');
const patchType = objectOf('JSONPatch', { op: string, path: string, from: string, value: dyn });
export const patchesType = listOf(patchType);

function constructed(name: string): ObjectType | undefined {
  if (name === patchType.name) return patchType;
  return name === appliedType.name || name.startsWith(`${appliedType.name}.`) ? anyObject(name) : undefined;
}

export const patchAdditions: Additions = { functions: jsonPatches, objectType: constructed };

const declaredName = (type: Type): string => (type.kind === 'null' ? 'null_type' : typeText(type));

function wrongType(found: Type, wanted: readonly Type[]): string {
  const names = wanted.map(declaredName);
  const expected = names.length === 1 ? names.join('') : `one of [${names.join(' ')}]`;
  return `must evaluate to ${expected} but got ${declaredName(found)}`;
}

/** `wanted`: the types that it may have; none: any. */
export function compiled(source: string, types: Types, wanted: readonly Type[], additions: Additions = {}): Compiled {
  try {
    const program = new ExpressionEnvironment(types, additions).compile(source);
    const found = declaredName(program.type);
    const fits = wanted.length === 0 || wanted.some((type) => declaredName(type) === found);
    return fits ? { source, program } : { source, problem: wrongType(program.type, wanted) };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { source, problem: `compilation failed: ${error.message}` };
  }
}

export const truth: readonly Type[] = [bool];
export const text: readonly Type[] = [string];
export const textOrNull: readonly Type[] = [string, nullType];
export const anything: readonly Type[] = [];
