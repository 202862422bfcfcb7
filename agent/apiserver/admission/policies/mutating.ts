/** MutatingAdmissionPolicy: changes that users declare. A deletion has no object to change. */
import { mutatingAdmissionPolicies } from '../../../api/admissionregistration/policies.ts';
import type { AdmissionStep } from '../step.ts';
import { concernedBy } from './concerned.ts';

export const mutatingPolicies: AdmissionStep = {
  name: 'MutatingAdmissionPolicy',
  operations: ['create', 'update', 'connect'],
  resources: ['*'],
  applies: concernedBy(mutatingAdmissionPolicies),
  mutate: async (attributes, cluster) => (await import('./mutate.ts')).mutate(attributes, cluster),
};
