import { ageColumn, column, formatLabels, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { nonNegative, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { selectsByMap } from '../selectors.ts';
import { templateColumns } from '../template-columns.ts';
import type { core, ReplicationController } from '../types.ts';
import { validateCounts } from '../validation/counts.ts';
import { unmatchedLabels, validateLastingPods, validatePodTemplate } from '../validation/pod-template.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { templateWarnings } from './pod-warnings.ts';

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/defaults.go
 * (SetDefaults_ReplicationController)
 */
function defaultController({ metadata, spec }: ReplicationController): void {
  const isMissing = (labels: Record<string, string> | undefined) => Object.keys(labels ?? {}).length === 0;
  spec.replicas ??= 1;
  if (!spec.template) return;
  spec.template = defaultTemplate(spec.template);
  const { labels } = spec.template.metadata ?? {};
  if (!labels) return;
  if (isMissing(spec.selector)) spec.selector = { ...labels };
  if (isMissing(metadata.labels)) metadata.labels = { ...labels };
}

function validateTemplate({ selector = {}, template }: core.ReplicationControllerSpec): FieldError[] {
  const at = 'spec.template';
  if (!template) return [required(at)];
  const selected = Object.keys(selector).length === 0 || selectsByMap(selector, template.metadata?.labels);
  return [
    ...(selected ? [] : [unmatchedLabels(at, template)]),
    ...validatePodTemplate(at, template),
    ...validateLastingPods(at, template.spec, 'ReplicationController'),
  ];
}

const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'];
const ofAll = 'status.replicas';

export const replicationControllers = defineKind<ReplicationController>({
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: '', version: 'v1', definition: 'io.k8s.api.core.v1.ReplicationController', orphansByDefault: true },
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
    column('Selector', 'Labels of the pods that it controls.', ({ spec }) => formatLabels(spec.selector), {
      wide: true,
    }),
  ],
  fieldSelectors: { 'status.replicas': (controller) => String(controller.status?.replicas ?? 0) },
  default(controller) {
    controller.spec ??= {};
    defaultController(controller);
  },
  prepareForCreate(controller) {
    controller.status = { replicas: 0 };
  },
  /**
   * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
   * (ValidateReplicationControllerSpec)
   */
  validate: ({ spec }) => [
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...(Object.keys(spec.selector ?? {}).length === 0 ? [required('spec.selector')] : []),
    ...nonNegative('spec.replicas', spec.replicas),
    ...validateTemplate(spec),
  ],
  validateStatus: ({ status }) =>
    validateCounts({ ...status }, counts, [
      ['fullyLabeledReplicas', 'replicas', ofAll],
      ['readyReplicas', 'replicas', ofAll],
      ['availableReplicas', 'replicas', ofAll],
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ]),
  warn: templateWarnings,
});
