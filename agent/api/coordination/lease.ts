import { ageColumn, nameColumn } from '../columns.ts';
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
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
  fieldSelectors: {},
};
