import { ageColumn, column, nameColumn } from '../columns.ts';
import { defaultTemplate } from '../core/pod-defaults.ts';
import { templateWarnings } from '../core/pod-warnings.ts';
import { defineKind } from '../define-kind.ts';
import { checkDns1123Label } from '../names.ts';
import { templateColumns } from '../template-columns.ts';
import type { apps, StatefulSet } from '../types.ts';
import { retiredStatefulSets } from './retired.ts';
import { validateStatefulSet, validateStatefulSetStatus } from './stateful-set-validation.ts';

type ClaimTemplate = NonNullable<apps.StatefulSetSpec['volumeClaimTemplates']>[number];

/** Upstream keeps whole claims, of which the kind goes without saying. */
function defaultClaim(claim: ClaimTemplate): void {
  claim.apiVersion = 'v1';
  claim.kind = 'PersistentVolumeClaim';
  if (claim.spec) claim.spec.volumeMode ||= 'Filesystem';
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/v1/defaults.go (SetDefaults_StatefulSet) */
function defaultStatefulSet(statefulSet: StatefulSet): void {
  statefulSet.spec ??= { selector: {}, template: {} };
  const { spec } = statefulSet;
  spec.podManagementPolicy ||= 'OrderedReady';
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  const { type, rollingUpdate } = spec.updateStrategy;
  if (type === 'RollingUpdate' && rollingUpdate) rollingUpdate.partition ??= 0;
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.serviceName ??= '';
  spec.template = defaultTemplate(spec.template);
  spec.volumeClaimTemplates?.forEach(defaultClaim);
}

const keepsAll =
  'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';

export const statefulSets = defineKind<StatefulSet>({
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.StatefulSet' },
    ...retiredStatefulSets,
  ],
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  checkName: checkDns1123Label,
  columns: [
    nameColumn,
    column(
      'Ready',
      'Number of the pod with ready state',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    ),
    ageColumn,
    ...templateColumns,
  ],
  default: defaultStatefulSet,
  prepareForCreate(statefulSet) {
    statefulSet.status = { replicas: 0, availableReplicas: 0 };
  },
  validate: validateStatefulSet,
  validateStatus: validateStatefulSetStatus,
  warn: (statefulSet, old) => [
    ...templateWarnings(statefulSet, old),
    ...((statefulSet.spec.revisionHistoryLimit ?? 0) < 0 ? [keepsAll] : []),
  ],
});
