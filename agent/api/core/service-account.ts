import { ageColumn, column, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { ServiceAccount } from '../types.ts';

export const serviceAccounts: Kind<ServiceAccount> = {
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.ServiceAccount' }],
  hasStatus: false,
  hasGeneration: false,
  deletionAnswer: 'object',
  subresources: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  columns: [
    nameColumn,
    column(
      'Secrets',
      'Secrets that pods running as this service account may use.',
      ({ secrets }) => secrets?.length ?? 0,
      {
        type: 'integer',
      },
    ),
    ageColumn,
  ],
  fieldSelectors: {},
};
