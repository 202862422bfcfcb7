import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { retiredVersion } from '../retired-version.ts';
import type { HorizontalPodAutoscaler } from '../types.ts';
import { fromV1, fromV2beta1, toV1, toV2beta1 } from './conversion.ts';
import { defaultAutoscaler } from './defaults.ts';
import { formatMetrics } from './metric-columns.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './validation.ts';

const retired = (version: string, deprecated: string, unavailable: string) => ({
  kind: 'HorizontalPodAutoscaler',
  group: 'autoscaling',
  version,
  deprecated,
  unavailable,
  use: 'autoscaling/v2',
});

export const horizontalPodAutoscalers = defineKind<HorizontalPodAutoscaler>({
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: 'autoscaling', version: 'v2', definition: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler' },
    {
      group: 'autoscaling',
      version: 'v1',
      definition: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
      toHub: fromV1,
      fromHub: toV1,
    },
    retiredVersion(retired('v2beta2', 'v1.23', 'v1.26')),
    retiredVersion(retired('v2beta1', 'v1.22', 'v1.25'), { toHub: fromV2beta1, fromHub: toV2beta1 }),
  ],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Reference', 'The object that is scaled.', ({ spec: { scaleTargetRef } }) =>
      [scaleTargetRef.kind, scaleTargetRef.name].join('/'),
    ),
    column('Targets', 'What is measured, and what it should come to.', ({ spec, status }) =>
      formatMetrics(spec.metrics, status?.currentMetrics),
    ),
    column('MinPods', 'The least number of pods.', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    column('MaxPods', 'The greatest number of pods.', ({ spec }) => spec.maxReplicas),
    column('Replicas', 'The number of pods now.', ({ status }) => status?.currentReplicas ?? 0),
    ageColumn,
  ],
  default(autoscaler) {
    autoscaler.spec ??= { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
    defaultAutoscaler(autoscaler);
  },
  prepareForCreate(autoscaler) {
    autoscaler.status = { desiredReplicas: 0, currentMetrics: [] };
  },
  validate: validateAutoscaler,
  validateStatus: validateAutoscalerStatus,
});
