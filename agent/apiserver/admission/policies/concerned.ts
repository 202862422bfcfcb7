/** Whether policies are asked about a write at all: all that is known before the first policy is written. */
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/admissionregistration/policies.ts';
import { type Kind, resourceOf } from '../../../api/kind.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';

/**
 * Policies never judge what says which policies there are, since nobody could remove a wrong one; nor reviews, without
 * which other servers could not tell who somebody is.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/generic/plugin.go and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubeapiserver/admission/exclusion/resources.go
 */
const exempt: ReadonlySet<string> = new Set(
  [
    validatingAdmissionPolicies,
    validatingAdmissionPolicyBindings,
    mutatingAdmissionPolicies,
    mutatingAdmissionPolicyBindings,
  ].map(resourceOf),
);

/** Cheap: asked of every write. */
export const concernedBy =
  (policies: Kind) =>
  ({ kind }: Attributes, { kinds, state }: Cluster): boolean => {
    const { group, version } = policies.representations[0];
    if (kind.isUnstored || exempt.has(resourceOf(kind)) || !kinds.find(group, version, policies.plural)) return false;
    return state.of(policies).objects.size > 0;
  };
