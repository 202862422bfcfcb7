import { ageColumn, column, nameColumn } from '../columns.ts';
import { invalid } from '../field-errors.ts';
import type { Kind } from '../kind.ts';
import type { Lease } from '../types.ts';

export const leases: Kind<Lease> = {
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  namespaced: true,
  representations: [{ group: 'coordination.k8s.io', version: 'v1', definition: 'io.k8s.api.coordination.v1.Lease' }],
  hasStatus: false,
  createOnUpdate: true,
  hasGeneration: false,
  columns: [
    nameColumn,
    column('Holder', 'The identity of the holder of a current lease.', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  fieldSelectors: {},
  validate({ spec }) {
    const positive = (field: 'leaseDurationSeconds' | 'leaseTransitions', least: number, detail: string) => {
      const value = spec?.[field];
      return value !== undefined && value < least ? [invalid(`spec.${field}`, value, detail)] : [];
    };
    return [
      ...positive('leaseDurationSeconds', 1, 'must be greater than 0'),
      ...positive('leaseTransitions', 0, 'must be greater than or equal to 0'),
    ];
  },
};
