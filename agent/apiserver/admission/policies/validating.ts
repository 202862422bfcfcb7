/**
 * ValidatingAdmissionPolicy: rules of users about any write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/dispatcher.go
 */
import {
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/admissionregistration/policies.ts';
import { ApiError } from '../../../api/errors.ts';
import type { AnyObject, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../../api/types.ts';
import { forbidden } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import { activationOf } from '../match/activation.ts';
import { PolicyError } from '../match/evaluation.ts';
import { matchResources } from '../match/match-resources.ts';
import type { Served } from '../match/rules.ts';
import type { AdmissionStep, Cluster } from '../step.ts';
import { type Denial, denialsOf } from './evaluation.ts';
import { parametersOf } from './parameters.ts';

/** Policies never judge what says which policies there are: nobody could remove a wrong one. */
const exempt = 'admissionregistration.k8s.io';

interface Subject {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
}

async function denials({ policy, binding }: Subject, served: Served, attributes: Attributes, cluster: Cluster) {
  const found: Denial[] = [];
  try {
    for (const params of parametersOf(policy, binding, attributes.namespace, cluster)) {
      const activation = activationOf(attributes, served, cluster, params);
      found.push(...(await cluster.turns.run(denialsOf(policy, activation))));
    }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    if (policy.spec.failurePolicy === 'Ignore') return [];
    return [{ message: `failed to configure binding: ${error.message}`, reason: 'Invalid' }];
  }
  return found;
}

const codes: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

function refusal({ kind, name }: Attributes, message: string, reason: string): ApiError {
  const { message: text, details } = forbidden(kind, name, message, [{ message }]);
  return new ApiError(codes[reason] ?? 422, reason, text, details);
}

/** Throws for the first denial of a binding that denies; warns of those of bindings that warn. */
async function judge(attributes: Attributes, cluster: Cluster): Promise<void> {
  if (!cluster.kinds.find(exempt, 'v1', validatingAdmissionPolicies.plural)) return;
  const policies = cluster.state.of(validatingAdmissionPolicies).objects;
  if (policies.size === 0) return;
  const bindings = cluster.state
    .of(validatingAdmissionPolicyBindings)
    .objects.list('')
    .map(({ object }) => object as AnyObject & ValidatingAdmissionPolicyBinding);
  let first: ApiError | undefined;
  for (const record of policies.list('')) {
    const policy = record.object as AnyObject & ValidatingAdmissionPolicy;
    const served = matchResources(policy.spec.matchConstraints ?? {}, attributes, cluster);
    if (!served) continue;
    for (const binding of bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)) {
      if (!matchResources(binding.spec.matchResources ?? {}, attributes, cluster)) continue;
      const actions = binding.spec.validationActions ?? [];
      const names = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
      for (const { message, reason } of await denials({ policy, binding }, served, attributes, cluster)) {
        if (actions.includes('Warn')) attributes.warnings.push(`Validation failed for ${names}: ${message}`);
        if (actions.includes('Deny')) first ??= refusal(attributes, `${names} denied request: ${message}`, reason);
      }
    }
  }
  if (first) throw first;
}

export const validatingPolicies: AdmissionStep = {
  name: 'ValidatingAdmissionPolicy',
  operations: ['create', 'update', 'delete', 'connect'],
  resources: ['*'],
  validate: async (attributes, cluster) => {
    if (attributes.kind.representations[0].group !== exempt) await judge(attributes, cluster);
  },
};
