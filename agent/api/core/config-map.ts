import { ageColumn, column, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { ConfigMap } from '../types.ts';
import { validateConfigData, validateImmutable } from '../validation/data.ts';

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
  columns: [
    nameColumn,
    column(
      'Data',
      'Data contains the configuration data.',
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
      { type: 'integer' },
    ),
    ageColumn,
  ],
  fieldSelectors: {},
  validate: (configMap, old) => [
    ...(old ? validateImmutable(configMap, old, ['data', 'binaryData']) : []),
    ...validateConfigData({ data: configMap.data, binaryData: configMap.binaryData }),
  ],
};
