import { ageColumn, column, nameColumn } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-defaults.ts';
import { templateWarnings } from '../core/pod-warnings.ts';
import type { Kind } from '../kind.ts';
import { formatLabelSelector } from '../selectors.ts';
import { templateColumns } from '../template-columns.ts';
import type { Deployment } from '../types.ts';
import { validateDeploymentSpec, validateDeploymentStatus } from './deployment-validation.ts';
import { retiredDeployments } from './retired.ts';
import { validateSelectorUpdate } from './workload-validation.ts';

const upToDateDoc =
  'Total number of non-terminated pods targeted by this deployment that have the desired template spec.';
const availableDoc = 'Total number of available pods (ready for at least minReadySeconds) targeted by this deployment.';

export const deployments: Kind<Deployment> = {
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.Deployment' },
    ...retiredDeployments,
  ],
  hasStatus: true,
  hasGeneration: true,
  /** Annotations are copied to the replica sets. */
  generationCounts: ['annotations'],
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    column(
      'Ready',
      'Number of the pod with ready state',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    ),
    column('Up-to-date', upToDateDoc, ({ status }) => status?.updatedReplicas ?? 0, { type: 'integer' }),
    column('Available', availableDoc, ({ status }) => status?.availableReplicas ?? 0, { type: 'integer' }),
    ageColumn,
    ...templateColumns,
    column('Selector', 'Label selector for pods.', ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
  fieldSelectors: {},
  default(deployment) {
    deployment.spec ??= { selector: {}, template: {} };
    const { spec } = deployment;
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ||= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
    }
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  prepareForCreate(deployment) {
    deployment.status = {};
  },
  /**
   * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/apps/deployment/strategy.go
   * (deploymentStatusStrategy)
   */
  prepareForStatusUpdate({ metadata }, old) {
    if (old.metadata.labels) metadata.labels = old.metadata.labels;
    else delete metadata.labels;
  },
  validate: ({ spec }, old) => [
    ...validateDeploymentSpec(spec, old?.spec),
    ...(old ? validateSelectorUpdate(spec.selector, old.spec.selector) : []),
  ],
  validateStatus: validateDeploymentStatus,
  warn: templateWarnings,
};
