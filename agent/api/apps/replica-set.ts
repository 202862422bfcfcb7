import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { ReplicaSet } from '../types.ts';

export const replicaSets: Kind<ReplicaSet> = {
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  representations: [{ group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.ReplicaSet' }],
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [nameColumn, ageColumn],
  fieldSelectors: { 'status.replicas': (replicaSet) => String(replicaSet.status?.replicas ?? 0) },
};
