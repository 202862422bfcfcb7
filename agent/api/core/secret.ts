import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Secret } from '../types.ts';

export const secrets: Kind<Secret> = {
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  categories: [],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Secret' }],
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
  fieldSelectors: { type: (secret) => secret.type ?? '' },
};
