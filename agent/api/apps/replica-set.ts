import { ageColumn, column, nameColumn } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-defaults.ts';
import { templateWarnings } from '../core/pod-warnings.ts';
import { nonNegative } from '../field-errors.ts';
import type { Kind } from '../kind.ts';
import { formatLabelSelector } from '../selectors.ts';
import { templateColumns } from '../template-columns.ts';
import type { ReplicaSet } from '../types.ts';
import { validateCounts } from '../validation/counts.ts';
import { retiredReplicaSets } from './retired.ts';
import { validateSelection, validateSelectorUpdate } from './workload-validation.ts';

const counts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
];
const ofAll = 'status.replicas';

export const replicaSets: Kind<ReplicaSet> = {
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.ReplicaSet' },
    ...retiredReplicaSets,
  ],
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    column('Desired', 'Number of desired pods.', ({ spec }) => spec.replicas ?? 0, { type: 'integer' }),
    column('Current', 'The most recently observed number of pods.', ({ status }) => status?.replicas ?? 0, {
      type: 'integer',
    }),
    column('Ready', 'The number of ready pods.', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
    ageColumn,
    ...templateColumns,
    column('Selector', 'Label query over pods.', ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
  fieldSelectors: { 'status.replicas': (replicaSet) => String(replicaSet.status?.replicas ?? 0) },
  default(replicaSet) {
    replicaSet.spec ??= { selector: {} };
    replicaSet.spec.replicas ??= 1;
    if (replicaSet.spec.template?.spec) defaultPodSpec(replicaSet.spec.template.spec);
  },
  prepareForCreate(replicaSet) {
    replicaSet.status = { replicas: 0 };
  },
  validate: ({ spec }, old) => [
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelection(spec, old?.spec),
    ...(old ? validateSelectorUpdate(spec.selector, old.spec.selector) : []),
  ],
  validateStatus: ({ status }) =>
    validateCounts((status ?? {}) as Record<string, unknown>, counts, [
      ['fullyLabeledReplicas', 'replicas', ofAll],
      ['readyReplicas', 'replicas', ofAll],
      ['availableReplicas', 'replicas', ofAll],
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ]),
  warn: templateWarnings,
};
