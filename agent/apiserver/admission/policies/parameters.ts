/**
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/generic/policy_dispatcher.go
 * (CollectParams)
 */
import { selects } from '../../../api/selectors.ts';
import type {
  AnyObject,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../api/types.ts';
import { PolicyError } from '../match/evaluation.ts';
import type { Cluster } from '../step.ts';

export type Policy = AnyObject & (ValidatingAdmissionPolicy | MutatingAdmissionPolicy);
export type Binding = AnyObject & (ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding);

/** Why the kind of a policy's parameters cannot be found; undefined: it can, or the policy has none. */
export function paramKindProblem({ spec: { paramKind } }: Policy, { kinds }: Cluster): string | undefined {
  if (!paramKind) return undefined;
  const { apiVersion = '', kind = '' } = paramKind;
  if (kinds.named(apiVersion, kind)) return undefined;
  const shown = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  return `failed to find resource referenced by paramKind: '${shown}, Kind=${kind}'`;
}

/**
 * One evaluation for each; null where the policy has none. Throws `PolicyError` where the binding is set up wrongly.
 */
export function parametersOf(
  { spec: { paramKind } }: Policy,
  { spec: { paramRef } }: Binding,
  namespace: string,
  { kinds, state, storage }: Cluster,
): readonly (AnyObject | null)[] {
  const { apiVersion = '', kind: name = '' } = paramKind ?? {};
  const served = paramKind && kinds.named(apiVersion, name);
  if (!served || !paramRef) return [null];
  const { kind } = served;
  if (!kind.namespaced && paramRef.namespace) {
    throw new PolicyError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const where = kind.namespaced ? paramRef.namespace || namespace : '';
  if (kind.namespaced && !where) {
    throw new PolicyError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  }
  const records = paramRef.name
    ? [storage.find(kind, where, paramRef.name)]
    : state
        .of(kind)
        .objects.list(where)
        .filter(({ object }) => selects(paramRef.selector, object.metadata.labels));
  const found = records.flatMap((record) => (record ? [record.object] : []));
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny') {
    throw new PolicyError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found;
}
