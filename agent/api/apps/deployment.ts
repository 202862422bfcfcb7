import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Deployment } from '../types.ts';

export const deployments: Kind<Deployment> = {
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  representations: [{ group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.Deployment' }],
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [nameColumn, ageColumn],
  fieldSelectors: {},
};
