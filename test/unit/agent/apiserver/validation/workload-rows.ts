/** Rows of the table: deployments, replica sets, and what is posted to subresources. */
import { labelValue, namePart, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { a: 'b' } };
const workload =
  (kind: string) =>
  (spec: Json = {}): Json => ({ apiVersion: 'apps/v1', kind, metadata: {}, spec: { selector, template, ...spec } });
const deployment = workload('Deployment');
const replicaSet = workload('ReplicaSet');
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { containers: [{ name: 'c', image: 'i' }] } };
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: {} };
const rolling = (rollingUpdate: Json) => deployment({ strategy: { type: 'RollingUpdate', rollingUpdate } });
const noPercent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for " +
  "validation is '[0-9]+%')";
const notNegative = 'must be greater than or equal to 0';

export const workloadRows: readonly Row[] = [
  {
    by: 'ValidateDeploymentSpec',
    of: deployment({ replicas: -1, minReadySeconds: -1, revisionHistoryLimit: -1, strategy: { type: 'Once' } }),
    is: [
      `spec.replicas: Invalid value: -1: ${notNegative}`,
      'spec.strategy: Unsupported value: {"Type":"Once","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
      `spec.minReadySeconds: Invalid value: -1: ${notNegative}`,
      `spec.revisionHistoryLimit: Invalid value: -1: ${notNegative}`,
    ],
  },
  {
    by: 'ValidateDeploymentSpec',
    of: deployment({ minReadySeconds: 9, progressDeadlineSeconds: 9 }),
    is: ['spec.progressDeadlineSeconds: Invalid value: 9: must be greater than minReadySeconds'],
  },
  {
    by: 'ValidateDeploymentStrategy',
    of: deployment({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    is: ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  },
  {
    by: 'ValidatePositiveIntOrPercent',
    of: rolling({ maxUnavailable: -1, maxSurge: '5%x' }),
    is: [
      `spec.strategy.rollingUpdate.maxUnavailable: Invalid value: -1: ${notNegative}`,
      `spec.strategy.rollingUpdate.maxSurge: Invalid value: "5%x": ${noPercent}`,
    ],
  },
  {
    by: 'ValidateRollingUpdateDeployment',
    of: rolling({ maxUnavailable: 0, maxSurge: '0%' }),
    is: ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  },
  {
    by: 'IsNotMoreThan100Percent',
    of: rolling({ maxUnavailable: '101%', maxSurge: 1 }),
    is: ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
  },
  {
    by: 'ValidateDeploymentUpdate',
    of: deployment(),
    change: { spec: { selector: { matchLabels: { b: 'c' } }, template: { metadata: { labels: { b: 'c' } } } } },
    is: ['spec.selector: Invalid value: {"matchLabels":{"a":"b","b":"c"}}: field is immutable'],
  },
  {
    by: 'ValidateDeploymentStatus',
    of: deployment(),
    change: { status: { replicas: 1, readyReplicas: 1, availableReplicas: 2, updatedReplicas: -1 } },
    subresource: 'status',
    is: [
      `status.updatedReplicas: Invalid value: -1: ${notNegative}`,
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ],
  },
  {
    by: 'ValidateReplicaSetSpec',
    of: replicaSet({ replicas: -1, minReadySeconds: -1, selector: {} }),
    is: [
      `spec.replicas: Invalid value: -1: ${notNegative}`,
      `spec.minReadySeconds: Invalid value: -1: ${notNegative}`,
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
  },
  {
    by: 'ValidatePodTemplateSpecForReplicaSet',
    of: replicaSet({ selector: { matchLabels: { a: 'c' } } }),
    is: ['spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`'],
  },
  {
    by: 'ValidatePodTemplateSpec',
    of: deployment({
      template: {
        metadata: {
          labels: { a: 'b', c: 'd e' },
          annotations: { 'f g': 'h', 'controller.kubernetes.io/pod-deletion-cost': 'x' },
        },
        spec: {
          containers: [{ name: 'c', image: ' i ' }],
          ephemeralContainers: [{ name: 'e', image: 'i' }],
          serviceAccountName: 'A',
          priorityClassName: 'B',
          runtimeClassName: 'C',
        },
      },
    }),
    is: [
      `spec.template.labels: Invalid value: "d e": ${labelValue}`,
      `spec.template.annotations: Invalid value: "f g": ${namePart}`,
      'spec.template.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "x": must be a 32bit integer',
      `spec.template.spec.serviceAccountName: Invalid value: "A": ${noSubdomain}`,
      `spec.template.spec.priorityClassName: Invalid value: "B": ${noSubdomain}`,
      `spec.template.spec.runtimeClassName: Invalid value: "C": ${noSubdomain}`,
      'spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
    ],
  },
  {
    by: 'ValidatePodTemplateSpecForReplicaSet',
    of: replicaSet({
      template: { ...template, spec: { ...template.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } },
    }),
    is: [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
  },
  {
    by: 'ValidateReplicaSetSpec',
    of: replicaSet({ selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
    is: [
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Is"}]}: invalid label selector',
    ],
  },
  {
    by: 'ValidateReplicaSetUpdate',
    of: replicaSet(),
    change: {
      spec: { selector: { matchLabels: { a: null, b: 'c' } }, template: { metadata: { labels: { b: 'c' } } } },
    },
    is: ['spec.selector: Invalid value: {"matchLabels":{"b":"c"}}: field is immutable'],
  },
  {
    by: 'ValidateDeploymentStatusUpdate',
    of: deployment(),
    status: { collisionCount: 3 },
    change: { status: { collisionCount: 2 } },
    subresource: 'status',
    is: ['status.collisionCount: Invalid value: 2: cannot be decremented'],
  },
  {
    by: 'ValidateReplicaSetStatus',
    of: replicaSet(),
    change: { status: { replicas: 1, fullyLabeledReplicas: 2 } },
    subresource: 'status',
    is: ['status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas'],
  },
  {
    by: 'ValidateScale',
    of: deployment(),
    change: { spec: { replicas: -1 } },
    subresource: 'scale',
    is: [`spec.replicas: Invalid value: -1: ${notNegative}`],
  },
  {
    by: 'ValidatePodBinding',
    of: { ...pod, metadata: { name: 'bound' } },
    post: { metadata: { name: 'bound' }, target: { kind: 'Rack' } },
    subresource: 'binding',
    is: ['target.kind: Unsupported value: "Rack": supported values: "Node", "<empty>"', 'target.name: Required value'],
  },
  {
    by: 'BindingREST.Create',
    of: pod,
    post: { target: { name: 'n' } },
    subresource: 'binding',
    is: ['name in URL does not match name in Binding object'],
  },
  {
    by: 'EvictionREST.Create',
    of: pod,
    post: {},
    subresource: 'eviction',
    is: ['name in URL does not match name in Eviction object'],
  },
  {
    by: 'ValidateTokenRequest',
    of: account,
    post: { spec: { expirationSeconds: 599 } },
    subresource: 'token',
    is: ['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes'],
  },
  {
    by: 'ValidateTokenRequest',
    of: account,
    post: { metadata: { name: 'other' }, spec: {} },
    subresource: 'token',
    is: ['metadata.name: Invalid value: "other": must match the service account name if specified'],
  },
];
