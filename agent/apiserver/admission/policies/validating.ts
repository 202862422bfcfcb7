/** ValidatingAdmissionPolicy: rules of users about any write. */
import { validatingAdmissionPolicies } from '../../../api/admissionregistration/policies.ts';
import type { AdmissionStep } from '../step.ts';
import { concernedBy } from './concerned.ts';

export const validatingPolicies: AdmissionStep = {
  name: 'ValidatingAdmissionPolicy',
  operations: ['create', 'update', 'delete', 'connect'],
  resources: ['*'],
  applies: concernedBy(validatingAdmissionPolicies),
  validate: async (attributes, cluster) => (await import('./judge.ts')).judge(attributes, cluster),
};
