import { ageColumn, column, formatLabels, nameColumn } from '../columns.ts';
import { defaultTemplate } from '../core/pod-defaults.ts';
import { podTemplateWarnings } from '../core/pod-warnings.ts';
import { defineKind } from '../define-kind.ts';
import { isEqual } from '../json/value.ts';
import { formatLabelSelector } from '../selectors.ts';
import { templateColumns } from '../template-columns.ts';
import type { DaemonSet } from '../types.ts';
import { validateDaemonSetSpec, validateDaemonSetStatus } from './daemon-set-validation.ts';
import { retiredDaemonSets } from './retired.ts';
import { templateGeneration } from './template-generation.ts';
import { validateSelectorUpdate } from './workload-validation.ts';

type Count =
  | 'desiredNumberScheduled'
  | 'currentNumberScheduled'
  | 'numberReady'
  | 'updatedNumberScheduled'
  | 'numberAvailable';

const countColumn = (name: string, field: Count, description: string) =>
  column<DaemonSet>(name, description, ({ status }) => status?.[field] ?? 0, { type: 'integer' });

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/v1/defaults.go (SetDefaults_DaemonSet) */
function defaultDaemonSet(daemonSet: DaemonSet): void {
  daemonSet.spec ??= { selector: {}, template: {} };
  const { spec } = daemonSet;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  spec.template = defaultTemplate(spec.template);
}

const isTemplateChanged = ({ spec }: DaemonSet, old: DaemonSet | undefined): boolean =>
  !isEqual(spec.template, old?.spec.template);

export const daemonSets = defineKind<DaemonSet>({
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  representations: [{ group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.DaemonSet' }, ...retiredDaemonSets],
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn,
    countColumn('Desired', 'desiredNumberScheduled', 'Number of nodes that should run the pod.'),
    countColumn('Current', 'currentNumberScheduled', 'Number of nodes that should run the pod and do.'),
    countColumn('Ready', 'numberReady', 'Number of nodes on which the pod is ready.'),
    countColumn('Up-to-date', 'updatedNumberScheduled', 'Number of nodes that run the pod of the present template.'),
    countColumn('Available', 'numberAvailable', 'Number of nodes on which the pod has been ready for long enough.'),
    column('Node Selector', 'Labels of the nodes on which the pod runs.', ({ spec }) =>
      formatLabels(spec.template.spec?.nodeSelector),
    ),
    ageColumn,
    ...templateColumns,
    column('Selector', 'Label selector for pods.', ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
  default: defaultDaemonSet,
  prepareForCreate(daemonSet) {
    daemonSet.status = {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    };
    templateGeneration.write(daemonSet, Math.max(1, templateGeneration.read(daemonSet)));
  },
  prepareForUpdate(daemonSet, old) {
    const added = isTemplateChanged(daemonSet, old) ? 1 : 0;
    templateGeneration.write(daemonSet, templateGeneration.read(old) + added);
  },
  prepareForStatusUpdate: (daemonSet, old) => templateGeneration.write(daemonSet, templateGeneration.read(old)),
  validate: ({ spec }, old) => [
    ...validateDaemonSetSpec(spec),
    ...(old ? validateSelectorUpdate(spec.selector, old.spec.selector) : []),
  ],
  validateStatus: validateDaemonSetStatus,
  warn: (daemonSet, old) =>
    isTemplateChanged(daemonSet, old) ? podTemplateWarnings('spec.template', daemonSet.spec.template) : [],
});
