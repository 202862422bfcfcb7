/**
 * Checks the types of a policy's expressions and says in its status what is odd. Whatever that is, the policy is in
 * force.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/validatingadmissionpolicystatus/controller.go
 */
import { validatingAdmissionPolicies } from '../../api/admissionregistration/policies.ts';
import { isNotFound } from '../../api/errors.ts';
import { isObject } from '../../api/json/value.ts';
import { apiVersionOf } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import type { GroupVersionKind } from '../../api/schema/schema.ts';
import type { ValidatingAdmissionPolicy } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { kindText, subjectsOf } from './subjects.ts';

const fieldManager = 'validatingadmissionpolicy-status';

/** Loaded with the first policy: the language of expressions is large. */
const checker = async () => ({
  ...(await import('./type-check.ts')),
  ...(await import('../../api/cel/open-api-type.ts')),
});

/** What the server says of each kind; one that it does not describe has no type. */
async function typesOf({ client, signal }: Context, wanted: readonly GroupVersionKind[]) {
  const { resourceType } = await checker();
  const types = new Map<string, NonNullable<ReturnType<typeof resourceType>>>();
  for (const subject of wanted) {
    const path = `/openapi/v3/${subject.group ? 'apis' : 'api'}/${apiVersionOf(subject)}`;
    const document = await client.document(path, signal).catch((error: unknown) => {
      if (isNotFound(error)) return {};
      throw error;
    });
    const { components } = isObject(document) ? document : {};
    const { schemas } = isObject(components) ? components : {};
    const type = isObject(schemas) ? resourceType(schemas as Parameters<typeof resourceType>[0], subject) : undefined;
    if (type) types.set(kindText(subject), type);
  }
  return types;
}

function paramKindOf({ spec: { paramKind } }: ValidatingAdmissionPolicy): GroupVersionKind | undefined {
  if (!paramKind) return undefined;
  const [version = '', group = ''] = (paramKind.apiVersion ?? '').split('/').reverse();
  return { group, version, kind: paramKind.kind ?? '' };
}

async function warningsOf(context: Context, policy: ValidatingAdmissionPolicy) {
  const subjects = subjectsOf(policy, context.kinds);
  const paramKind = paramKindOf(policy);
  const types = await typesOf(context, paramKind ? [...subjects, paramKind] : subjects);
  const { typeCheck } = await checker();
  const known = subjects.flatMap((subject) => {
    const type = types.get(kindText(subject));
    return type ? [{ name: kindText(subject), type }] : [];
  });
  return typeCheck(policy, known, paramKind && types.get(kindText(paramKind)));
}

export const validatingAdmissionPolicyStatus = defineController({
  name: 'validatingadmissionpolicy-status',
  account: 'validatingadmissionpolicy-status-controller',
  for: validatingAdmissionPolicies,
  async reconcile(context, key) {
    const policies = context.informer(validatingAdmissionPolicies);
    const policy = policies.get(key);
    if (!policy) return undefined;
    const { name, generation = 0 } = policy.metadata;
    if (generation <= (policy.status?.observedGeneration ?? 0)) return undefined;
    const expressionWarnings = await warningsOf(context, policy);
    const { apiVersion, kind } = policy;
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {};
    const config = { apiVersion, kind, metadata: { name }, status: { observedGeneration: generation, typeChecking } };
    const options = { subresource: 'status', fieldManager, force: true };
    try {
      const { client, signal } = context;
      const resource = client.resource(validatingAdmissionPolicies);
      const written = await resource.patch(name, undefined, mediaType.applyPatch, config, options, signal);
      await policies.caughtUp(written, signal);
    } catch (error) {
      // The policy is gone; the informer will report that.
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  },
});
