/** Rows of the table: what makes pods of a template and keeps them, beside deployments and replica sets. */
import { noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const labels = { a: 'b' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: labels };
const statefulSet = (spec: Json = {}): Json => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: {},
  spec: { selector, template, ...spec },
});
const daemonSet = (spec: Json = {}): Json => ({ ...statefulSet(spec), kind: 'DaemonSet' });
const controller = (spec: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: {},
  spec: { selector: labels, template, ...spec },
});
const revision = (more: Json = {}): Json => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {},
  revision: 1,
  data: { a: 1 },
  ...more,
});
const podTemplate = (inTemplate: Json): Json => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: {},
  template: inTemplate,
});
const rolling = (rollingUpdate: Json) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
const notNegative = 'must be greater than or equal to 0';
const unmatched = 'Invalid value: {"x":"y"}: `selector` does not match template `labels`';
const others = { ...template, metadata: { labels: { x: 'y' } } };

export const controllerRows: readonly Row[] = [
  {
    by: 'ValidateStatefulSetSpec',
    of: statefulSet({ podManagementPolicy: 'Some', replicas: -1, minReadySeconds: -1, ordinals: { start: -1 } }),
    is: [
      "spec.podManagementPolicy: Invalid value: \"Some\": must be 'OrderedReady' or 'Parallel'",
      `spec.replicas: Invalid value: -1: ${notNegative}`,
      `spec.minReadySeconds: Invalid value: -1: ${notNegative}`,
      `spec.ordinals.start: Invalid value: -1: ${notNegative}`,
    ],
  },
  {
    by: 'ValidateStatefulSetSpec',
    of: statefulSet({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
    is: [
      'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for ' +
        "updateStrategy 'RollingUpdate'",
    ],
  },
  {
    by: 'validateRollingUpdateStatefulSet',
    of: statefulSet(rolling({ partition: -1 })),
    is: [`spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: ${notNegative}`],
  },
  {
    by: 'ValidatePersistentVolumeClaimRetentionPolicy',
    of: statefulSet({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep', whenScaled: 'Delete' } }),
    is: [
      'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ],
  },
  {
    by: 'ValidateStatefulSetSpec',
    of: statefulSet({ selector: {} }),
    is: ['spec.selector: Invalid value: {}: empty selector is invalid for statefulset'],
  },
  {
    by: 'ValidatePodTemplateSpecForStatefulSet',
    of: statefulSet({ template: others }),
    is: [`spec.template.metadata.labels: ${unmatched}`],
  },
  {
    by: 'ValidateStatefulSetSpec',
    of: statefulSet({
      template: { ...template, spec: { ...template.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } },
    }),
    is: [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
    ],
  },
  {
    by: 'ValidateStatefulSet',
    of: { ...statefulSet(), metadata: { name: 'with.dot' } },
    is: ['metadata.name: Invalid value: "with.dot": must not contain dots'],
  },
  {
    by: 'ValidateStatefulSet',
    of: statefulSet({ serviceName: 'A_' }),
    is: [
      "spec.serviceName: Invalid value: \"A_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  },
  {
    by: 'ValidateStatefulSetUpdate',
    of: statefulSet(),
    change: { spec: { serviceName: 'other', replicas: 2 } },
    is: [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  },
  {
    by: 'ValidateStatefulSetStatus',
    of: statefulSet(),
    change: { status: { replicas: 1, readyReplicas: 2, currentReplicas: -1, availableReplicas: 3 } },
    subresource: 'status',
    is: [
      `status.currentReplicas: Invalid value: -1: ${notNegative}`,
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than status.readyReplicas',
    ],
  },
  {
    by: 'ValidateDaemonSetSpec',
    of: daemonSet({ selector: {}, minReadySeconds: -1, revisionHistoryLimit: -1 }),
    is: [
      'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
      `spec.minReadySeconds: Invalid value: -1: ${notNegative}`,
      `spec.revisionHistoryLimit: Invalid value: -1: ${notNegative}`,
    ],
  },
  {
    by: 'ValidateDaemonSetSpec',
    of: daemonSet({ template: others }),
    is: [`spec.template.metadata.labels: ${unmatched}`],
  },
  {
    by: 'ValidateDaemonSetUpdateStrategy',
    of: daemonSet({ updateStrategy: { type: 'Some' } }),
    is: [
      'spec.updateStrategy: Unsupported value: {"Type":"Some","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
    ],
  },
  {
    by: 'ValidateRollingUpdateDaemonSet',
    of: daemonSet(rolling({ maxUnavailable: 0, maxSurge: 0 })),
    is: ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
  },
  {
    by: 'ValidateRollingUpdateDaemonSet',
    of: daemonSet(rolling({ maxUnavailable: 1, maxSurge: '10%' })),
    is: [
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "10%": may not be set when maxUnavailable is non-zero',
    ],
  },
  {
    by: 'ValidateDaemonSetUpdate',
    of: daemonSet(),
    change: {
      spec: { selector: { matchLabels: { x: 'y' } }, template: { metadata: { labels: { x: 'y' } } } },
    },
    is: ['spec.selector: Invalid value: {"matchLabels":{"a":"b","x":"y"}}: field is immutable'],
  },
  {
    by: 'validateDaemonSetStatus',
    of: daemonSet(),
    change: { status: { numberReady: -1, numberUnavailable: -2 } },
    subresource: 'status',
    is: [
      `status.numberReady: Invalid value: -1: ${notNegative}`,
      `status.numberUnavailable: Invalid value: -2: ${notNegative}`,
    ],
  },
  {
    by: 'ValidateDaemonSetStatusUpdate',
    of: daemonSet(),
    status: { collisionCount: 2 },
    change: { status: { collisionCount: 1 } },
    subresource: 'status',
    is: ['status.collisionCount: Invalid value: 1: cannot be decremented'],
  },
  {
    by: 'ValidateControllerRevisionCreate',
    of: revision({ data: undefined, revision: -1 }),
    is: ['data: Required value: data is mandatory', `revision: Invalid value: -1: ${notNegative}`],
  },
  {
    by: 'ValidateControllerRevisionUpdate',
    of: revision(),
    change: { data: { a: 2 } },
    is: ['data: Invalid value: {"a":2}: field is immutable'],
  },
  {
    by: 'ValidateReplicationControllerSpec',
    of: controller({ minReadySeconds: -1, replicas: -1, template: others }),
    is: [
      `spec.minReadySeconds: Invalid value: -1: ${notNegative}`,
      `spec.replicas: Invalid value: -1: ${notNegative}`,
      `spec.template.metadata.labels: ${unmatched}`,
    ],
  },
  {
    by: 'ValidateNonEmptySelector',
    of: controller({ selector: null, template: { spec: template.spec } }),
    is: ['spec.selector: Required value'],
  },
  {
    by: 'ValidatePodTemplateSpecForRC',
    of: controller({ template: null }),
    is: ['spec.template: Required value'],
  },
  {
    by: 'ValidatePodTemplateSpecForRC',
    of: controller({ template: { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } } }),
    is: ['spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"'],
  },
  {
    by: 'ValidateReplicationControllerStatus',
    of: controller(),
    change: { status: { replicas: 1, fullyLabeledReplicas: 2, readyReplicas: 1, availableReplicas: 2 } },
    subresource: 'status',
    is: [
      'status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ],
  },
  {
    by: 'ValidatePodTemplate',
    of: podTemplate({ spec: { containers: [{ name: 'c', image: '' }] } }),
    is: ['template.spec.containers[0].image: Required value'],
  },
  {
    by: 'ValidatePodTemplate',
    of: { ...podTemplate(template), metadata: { name: 'A_' } },
    is: [`metadata.name: Invalid value: "A_": ${noSubdomain}`],
  },
  {
    // Of a pod, admission answers before it.
    by: 'ValidatePreemptionPolicy',
    of: podTemplate({ ...template, spec: { ...template.spec, preemptionPolicy: 'Sometimes' } }),
    is: [
      'template.spec.preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"',
    ],
  },
  {
    by: 'ValidatePodTemplateUpdate',
    of: podTemplate(template),
    change: { template: { spec: { restartPolicy: 'Sometimes' } } },
    is: [
      'template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
  },
];
