/** Rows of the table: budgets, autoscalers, classes, limits and quotas. */
import { noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const notNegative = 'must be greater than or equal to 0';
const noPercent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for " +
  "validation is '[0-9]+%')";

const budget = (spec: Json): Json => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {}, spec });

const budgetRows: readonly Row[] = [
  {
    by: 'ValidatePodDisruptionBudgetSpec',
    of: budget({ minAvailable: 1, maxUnavailable: 1 }),
    is: [
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: ' +
        'minAvailable and maxUnavailable cannot be both set',
    ],
  },
  {
    by: 'ValidatePodDisruptionBudgetSpec',
    of: budget({ minAvailable: '110%' }),
    is: ['spec.minAvailable: Invalid value: "110%": must not be greater than 100%'],
  },
  {
    by: 'ValidatePodDisruptionBudgetSpec',
    of: budget({ maxUnavailable: 'some', unhealthyPodEvictionPolicy: 'Never' }),
    is: [
      `spec.maxUnavailable: Invalid value: "some": ${noPercent}`,
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  },
  {
    by: 'ValidatePodDisruptionBudgetStatusUpdate',
    of: budget({ minAvailable: 1 }),
    change: {
      status: {
        currentHealthy: -1,
        conditions: [{ type: 'A', status: 'Maybe', reason: '1', message: '', lastTransitionTime: null }],
      },
    },
    subresource: 'status',
    is: [
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      'status.conditions[0].lastTransitionTime: Required value',
      'status.conditions[0].reason: Invalid value: "1": a condition reason must start with alphabetic character, ' +
        "optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric " +
        "character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', " +
        "regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')",
      `status.currentHealthy: Invalid value: -1: ${notNegative}`,
    ],
  },
];

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const autoscaler = (spec: Json = {}): Json => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: {},
  spec: { scaleTargetRef, maxReplicas: 5, ...spec },
});
const measuring = (metric: Json): Json => autoscaler({ metrics: [metric] });
const at = 'spec.metrics[0]';

const autoscalerRows: readonly Row[] = [
  {
    by: 'validateHorizontalPodAutoscalerSpec',
    of: autoscaler({ minReplicas: 0, maxReplicas: 0 }),
    is: [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  },
  {
    by: 'validateHorizontalPodAutoscalerSpec',
    of: autoscaler({ minReplicas: 7 }),
    is: ['spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`'],
  },
  {
    by: 'ValidateCrossVersionObjectReference',
    of: autoscaler({ scaleTargetRef: { apiVersion: 'v1', kind: 'Deployment', name: 'a/b' } }),
    is: [
      'spec.scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\'',
      'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
    ],
  },
  {
    by: 'validateMetricSpec',
    of: measuring({ type: 'Pods' }),
    is: [`${at}.pods: Required value: must populate information for the given metric source`],
  },
  {
    by: 'validateMetricSpec',
    of: measuring({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      pods: { metric: { name: 'x' }, target: { type: 'AverageValue', averageValue: '1' } },
    }),
    is: [`${at}.pods: Forbidden: must populate the given metric source only`],
  },
  {
    by: 'validateResourceSource',
    of: measuring({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }),
    is: [
      `${at}.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
    ],
  },
  {
    by: 'validateContainerResourceSource',
    of: measuring({
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container: '', target: { type: 'Utilization', averageUtilization: 0 } },
    }),
    is: [
      `${at}.containerResource.container: Required value: must specify a container`,
      `${at}.containerResource.target.averageUtilization: Invalid value: 0: must be greater than 0`,
    ],
  },
  {
    by: 'validatePodsSource',
    of: measuring({ type: 'Pods', pods: { metric: { name: 'x' }, target: { type: 'Value', value: '1' } } }),
    is: [`${at}.pods.target.averageValue: Required value: must specify a positive target averageValue`],
  },
  {
    by: 'validateExternalSource',
    of: measuring({
      type: 'External',
      external: { metric: { name: '' }, target: { type: 'Value', value: '1', averageValue: '0' } },
    }),
    is: [
      `${at}.external.metric.name: Required value: must specify a metric name`,
      `${at}.external.target.averageValue: Invalid value: "0": must be positive`,
      `${at}.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target`,
    ],
  },
  {
    by: 'validateObjectSource',
    of: measuring({
      type: 'Object',
      object: { describedObject: { kind: '', name: 'x' }, metric: { name: 'm' }, target: { type: 'Value' } },
    }),
    is: [
      `${at}.object.describedObject.kind: Required value`,
      `${at}.object.target.averageValue: Required value: must set either a target value or averageValue`,
    ],
  },
  {
    by: 'validateMetricTarget',
    of: measuring({ type: 'Pods', pods: { metric: { name: 'x' }, target: { type: 'Some', averageValue: '1' } } }),
    is: [`${at}.pods.target.type: Invalid value: "Some": must be either Utilization, Value, or AverageValue`],
  },
  {
    by: 'validateScalingRules',
    of: autoscaler({
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 3601, selectPolicy: 'Most' },
      },
    }),
    is: [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Most": supported values: "Disabled", "Max", "Min"',
    ],
  },
  {
    by: 'validateScalingPolicy',
    of: autoscaler({ behavior: { scaleDown: { policies: [{ type: 'Nodes', value: 0, periodSeconds: 1801 }] } } }),
    is: [
      'spec.behavior.scaleDown.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"',
      'spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    ],
  },
  {
    by: 'ValidateHorizontalPodAutoscalerUpdate',
    of: autoscaler(),
    change: { spec: { maxReplicas: 0 } },
    is: [
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ],
  },
  {
    by: 'ValidateHorizontalPodAutoscalerStatusUpdate',
    of: autoscaler(),
    change: { status: { currentReplicas: -1, desiredReplicas: -1 } },
    subresource: 'status',
    is: [
      `status.currentReplicas: Invalid value: -1: ${notNegative}`,
      `status.desiredReplicas: Invalid value: -1: ${notNegative}`,
    ],
  },
];

const priorityClass = (more: Json): Json => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: {},
  ...more,
});
const reserved = "Forbidden: priority class names with 'system-' prefix are reserved for system use only. error:";
const runtimeClass = (more: Json = {}): Json => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: {},
  handler: 'runc',
  ...more,
});

const classRows: readonly Row[] = [
  {
    by: 'ValidatePriorityClass',
    of: priorityClass({ value: 1_000_000_001, preemptionPolicy: 'Always' }),
    is: [
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
      'preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"',
    ],
  },
  {
    by: 'ValidatePriorityClass',
    of: priorityClass({ metadata: { name: 'system-mine' }, value: 5 }),
    is: [`metadata.name: ${reserved} system-mine is not a known system priority class`],
  },
  {
    by: 'IsKnownSystemPriorityClass',
    of: priorityClass({ metadata: { name: 'system-node-critical' }, value: 5 }),
    is: [`metadata.name: ${reserved} value of system-node-critical PriorityClass must be 2000001000`],
  },
  {
    by: 'ValidatePriorityClassUpdate',
    of: priorityClass({ value: 5 }),
    change: { value: 6, preemptionPolicy: 'Never' },
    is: [
      'value: Forbidden: may not be changed in an update.',
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ],
  },
  {
    by: 'ValidateRuntimeClass',
    of: runtimeClass({ handler: 'A.b' }),
    is: [
      'handler: Invalid value: "A.b": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \'-\', ' +
        "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for " +
        "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  },
  {
    by: 'ValidateRuntimeClass',
    of: { ...runtimeClass(), metadata: { name: 'A_' } },
    is: [`metadata.name: Invalid value: "A_": ${noSubdomain}`],
  },
  {
    by: 'validateOverhead',
    of: runtimeClass({ overhead: { podFixed: { pods: '1' } } }),
    is: ['overhead.limits[pods]: Invalid value: "pods": must be a standard resource for containers'],
  },
  {
    by: 'validateScheduling',
    of: runtimeClass({ scheduling: { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] } }),
    is: ['scheduling.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\''],
  },
  {
    by: 'ValidateRuntimeClassUpdate',
    of: runtimeClass(),
    change: { handler: 'other' },
    is: ['handler: Invalid value: "other": field is immutable'],
  },
];

const limitRange = (...limits: Json[]): Json => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: {},
  spec: { limits },
});
const limits = 'spec.limits[0]';
const quota = (spec: Json): Json => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: {}, spec });
const selecting = (requirement: Json): Json => quota({ scopeSelector: { matchExpressions: [requirement] } });
const scopes = 'spec.scopeSelector.matchExpressions';

const limitRows: readonly Row[] = [
  {
    by: 'ValidateLimitRange',
    of: limitRange({ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }),
    is: [
      `${limits}.min[cpu]: Invalid value: "2": min value 2 is greater than max value 1`,
      `${limits}.defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1`,
      `${limits}.default[cpu]: Invalid value: "2": min value 2 is greater than default value 1`,
    ],
  },
  {
    by: 'ValidateLimitRange',
    of: limitRange({ type: 'Pod', default: { cpu: '1' } }, { type: 'Pod' }),
    is: [
      `${limits}.default: Forbidden: may not be specified when \`type\` is 'Pod'`,
      'spec.limits[1].type: Duplicate value: "Pod"',
    ],
  },
  {
    by: 'ValidateLimitRange',
    of: limitRange({ type: 'PersistentVolumeClaim' }),
    is: [
      `${limits}.limits: Required value: either minimum or maximum storage value is required, but neither was provided`,
    ],
  },
  {
    by: 'ValidateLimitRange',
    of: limitRange({
      type: 'Container',
      min: { memory: '1Gi' },
      max: { memory: '2Gi' },
      maxLimitRequestRatio: { memory: '3' },
    }),
    is: [`${limits}.maxLimitRequestRatio[memory]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000`],
  },
  {
    by: 'validateLimitRangeTypeName',
    of: limitRange({ type: 'Node' }),
    is: [`${limits}.type: Invalid value: "Node": must be a standard limit type or fully qualified`],
  },
  {
    by: 'ValidateResourceQuotaSpec',
    of: quota({ hard: { things: '1', pods: '-1' } }),
    is: [
      'spec.hard[things]: Invalid value: "things": must be a standard resource type or fully qualified',
      'spec.hard[things]: Invalid value: "things": must be a standard resource for quota',
      `spec.hard[pods]: Invalid value: "-1": ${notNegative}`,
    ],
  },
  {
    by: 'ValidateResourceQuotaSpec',
    of: quota({ hard: { pods: '1.5' } }),
    is: ['spec.hard[pods]: Invalid value: "1500m": must be an integer'],
  },
  {
    by: 'validateResourceQuotaScopes',
    of: quota({ hard: { 'limits.cpu': '1' }, scopes: ['BestEffort', 'NotBestEffort', 'Odd'] }),
    is: [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: unsupported scope',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: conflicting scopes',
    ],
  },
  {
    by: 'validateScopedResourceSelectorRequirement',
    of: selecting({ scopeName: 'PriorityClass', operator: 'In', values: [] }),
    is: [
      `${scopes}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
    ],
  },
  {
    by: 'validateScopedResourceSelectorRequirement',
    of: selecting({ scopeName: 'Terminating', operator: 'DoesNotExist' }),
    is: [
      `${scopes}.operator: Invalid value: "DoesNotExist": must be 'Exist' only operator when scope is any of ` +
        'ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ' +
        'ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
    ],
  },
  {
    by: 'ValidateResourceQuotaUpdate',
    of: quota({ scopes: ['BestEffort'] }),
    change: { spec: { scopes: ['Terminating'] } },
    is: ['spec.scopes: Invalid value: ["Terminating"]: field is immutable'],
  },
  {
    by: 'ValidateResourceQuotaStatusUpdate',
    of: quota({}),
    change: { status: { hard: { things: '1' }, used: { pods: '-1' } } },
    subresource: 'status',
    is: [
      'status.hard[things]: Invalid value: "things": must be a standard resource type or fully qualified',
      'status.hard[things]: Invalid value: "things": must be a standard resource for quota',
      `status.used[pods]: Invalid value: "-1": ${notNegative}`,
    ],
  },
];

export const policyRows: readonly Row[] = [...budgetRows, ...autoscalerRows, ...classRows, ...limitRows];
