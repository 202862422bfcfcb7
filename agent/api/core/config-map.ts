import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { ConfigMap } from '../types.ts';

export const configMaps: Kind<ConfigMap> = {
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.ConfigMap' }],
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
  fieldSelectors: {},
};
