import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Endpoints } from '../types.ts';

export const endpoints: Kind<Endpoints> = {
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Endpoints' }],
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
  fieldSelectors: {},
};
