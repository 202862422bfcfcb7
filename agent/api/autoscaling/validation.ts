/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/validation/validation.go (ValidateHorizontalPodAutoscaler) */
import {
  forbidden,
  invalid,
  invalidBy,
  nonNegative,
  notSupported,
  oneOf,
  required,
  requiredBy,
} from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkPathSegment } from '../names.ts';
import { tryParseQuantity } from '../quantity.ts';
import type { autoscaling, HorizontalPodAutoscaler } from '../types.ts';
import { validateContainerResource } from '../validation/resources.ts';

type Spec = autoscaling.HorizontalPodAutoscalerSpec;
type Metric = autoscaling.MetricSpec;
type Target = autoscaling.MetricTarget;
type Reference = autoscaling.CrossVersionObjectReference;

/** What of a reference is not judged. */
interface Leniency {
  /** The apiVersion: it was stored before there was a rule for it. */
  anyVersion?: boolean;
  /** An apiVersion of the core group, or none. */
  coreGroup?: boolean;
}

function versionProblem(apiVersion: string, { anyVersion, coreGroup }: Leniency): string | undefined {
  if (anyVersion) return undefined;
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = slashes === 1 ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return coreGroup || group !== '' ? undefined : 'apiVersion must specify API group';
}

function validateReference(at: string, reference: Partial<Reference>, leniency: Leniency): FieldError[] {
  const { kind, name, apiVersion = '' } = reference;
  const problem = versionProblem(apiVersion, leniency);
  return [
    ...requiredBy(`${at}.kind`, kind, checkPathSegment),
    ...requiredBy(`${at}.name`, name, checkPathSegment),
    ...(problem === undefined ? [] : [invalid(`${at}.apiVersion`, apiVersion, problem)]),
  ];
}

function validateIdentifier(at: string, { name }: Partial<autoscaling.MetricIdentifier> = {}): FieldError[] {
  return name
    ? invalidBy(`${at}.name`, name, checkPathSegment)
    : [required(`${at}.name`, 'must specify a metric name')];
}

const targetTypes = ['Utilization', 'Value', 'AverageValue'];

const validatePositive = (field: string, amount: string | number | undefined): FieldError[] =>
  amount === undefined || (tryParseQuantity(amount)?.nano ?? 0n) > 0n
    ? []
    : [invalid(field, amount, 'must be positive')];

function validateTarget(at: string, target: Partial<Target>): FieldError[] {
  const { type = '', value, averageValue, averageUtilization: utilization } = target;
  const known = targetTypes.includes(type);
  return [
    ...(type ? [] : [required(`${at}.type`, 'must specify a metric target type')]),
    ...(known ? [] : [invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue')]),
    ...validatePositive(`${at}.value`, value),
    ...validatePositive(`${at}.averageValue`, averageValue),
    ...(utilization !== undefined && utilization < 1
      ? [invalid(`${at}.averageUtilization`, utilization, 'must be greater than 0')]
      : []),
  ];
}

function validateObject(at: string, source: NonNullable<Metric['object']>, leniency: Leniency): FieldError[] {
  const { describedObject, metric, target = { type: '' } } = source;
  const nothing = target.value === undefined && target.averageValue === undefined;
  return [
    ...validateReference(`${at}.describedObject`, describedObject ?? {}, leniency),
    ...validateIdentifier(`${at}.metric`, metric),
    ...validateTarget(`${at}.target`, target),
    ...(nothing ? [required(`${at}.target.averageValue`, 'must set either a target value or averageValue')] : []),
  ];
}

function validateExternal(
  at: string,
  { metric, target = { type: '' } }: NonNullable<Metric['external']>,
): FieldError[] {
  const [value, average] = [target.value !== undefined, target.averageValue !== undefined];
  const either = 'must set either a target value for metric or a per-pod target';
  const both = 'may not set both a target value for metric and a per-pod target';
  return [
    ...validateIdentifier(`${at}.metric`, metric),
    ...validateTarget(`${at}.target`, target),
    ...(value || average ? [] : [required(`${at}.target.averageValue`, either)]),
    ...(value && average ? [forbidden(`${at}.target.value`, both)] : []),
  ];
}

function validatePods(at: string, { metric, target = { type: '' } }: NonNullable<Metric['pods']>): FieldError[] {
  const missing = target.averageValue === undefined;
  return [
    ...validateIdentifier(`${at}.metric`, metric),
    ...validateTarget(`${at}.target`, target),
    ...(missing ? [required(`${at}.target.averageValue`, 'must specify a positive target averageValue')] : []),
  ];
}

/** Of a pod, or of one of its containers. */
function validateUse(at: string, target: Partial<Target> = {}): FieldError[] {
  const [utilization, average] = [target.averageUtilization !== undefined, target.averageValue !== undefined];
  const either = 'must set either a target raw value or a target utilization';
  const both = 'may not set both a target raw value and a target utilization';
  return [
    ...validateTarget(at, target),
    ...(utilization || average ? [] : [required(`${at}.averageUtilization`, either)]),
    ...(utilization && average ? [forbidden(`${at}.averageValue`, both)] : []),
  ];
}

const unnamed = 'must specify a resource name';

const validateResource = (at: string, { name, target }: NonNullable<Metric['resource']>): FieldError[] => [
  ...(name ? [] : [required(`${at}.name`, unnamed)]),
  ...validateUse(`${at}.target`, target),
];

function validateOfContainer(at: string, source: NonNullable<Metric['containerResource']>): FieldError[] {
  const { name, container, target } = source;
  return [
    ...(name ? validateContainerResource(`${at}.name`, name) : [required(`${at}.name`, unnamed)]),
    ...(container
      ? invalidBy(`${at}.container`, container, checkDns1123Label)
      : [required(`${at}.container`, 'must specify a container')]),
    ...validateUse(`${at}.target`, target),
  ];
}

/** In the order in which they are judged. */
const sources = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
const sourceTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const sourceOf = (type: string) => sources.find((source) => source.toLowerCase() === type.toLowerCase());

function validateSource(at: string, metric: Metric, leniency: Leniency): FieldError[] {
  const { object, external, pods, resource, containerResource } = metric;
  if (object) return validateObject(`${at}.object`, object, leniency);
  if (external) return validateExternal(`${at}.external`, external);
  if (pods) return validatePods(`${at}.pods`, pods);
  if (resource) return validateResource(`${at}.resource`, resource);
  return containerResource ? validateOfContainer(`${at}.containerResource`, containerResource) : [];
}

function validateMetric(at: string, metric: Metric, leniency: Leniency): FieldError[] {
  const { type = '' } = metric;
  const expected = sourceTypes.includes(type) ? sourceOf(type) : undefined;
  const present = sources.filter((source) => metric[source] !== undefined);
  const unknown = expected ? [] : [notSupported(`${at}.type`, type, sourceTypes)];
  const extra = present.length > 1 ? present.filter((source) => source !== expected) : [];
  return [
    ...(type ? [] : [required(`${at}.type`, 'must specify a metric source type')]),
    ...unknown,
    ...validateSource(at, metric, leniency),
    ...(expected && !metric[expected]
      ? [required(`${at}.${expected}`, 'must populate information for the given metric source')]
      : []),
    ...unknown,
    ...extra.map((source) => forbidden(`${at}.${source}`, 'must populate the given metric source only')),
  ];
}

function validateMetrics({ metrics = [], minReplicas }: Spec, leniency: Leniency): FieldError[] {
  const errors = metrics.flatMap((metric, index) => validateMetric(`spec.metrics[${index}]`, metric, leniency));
  const independent = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (minReplicas !== 0 || independent) return errors;
  const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
  return [...errors, forbidden('spec.metrics', detail)];
}

const longestPeriod = 1800;
const longestWindow = 3600;

function validatePolicy(
  at: string,
  { type, value = 0, periodSeconds = 0 }: autoscaling.HPAScalingPolicy,
): FieldError[] {
  const positive = (field: string, amount: number) =>
    amount > 0 ? [] : [invalid(field, amount, 'must be greater than zero')];
  return [
    ...oneOf(`${at}.type`, type ?? '', ['Percent', 'Pods']),
    ...positive(`${at}.value`, value),
    ...positive(`${at}.periodSeconds`, periodSeconds),
    ...(periodSeconds > longestPeriod
      ? [invalid(`${at}.periodSeconds`, periodSeconds, `must be less than or equal to ${longestPeriod}`)]
      : []),
  ];
}

function validateRules(at: string, rules: autoscaling.HPAScalingRules | undefined): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const field = `${at}.stabilizationWindowSeconds`;
  const negative = tolerance !== undefined && (tryParseQuantity(tolerance)?.nano ?? 0n) < 0n;
  return [
    ...(window < 0 ? [invalid(field, window, 'must be greater than or equal to zero')] : []),
    ...(window > longestWindow ? [invalid(field, window, `must be less than or equal to ${longestWindow}`)] : []),
    ...oneOf(`${at}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']),
    ...(policies.length === 0 ? [required(`${at}.policies`, 'must specify at least one Policy')] : []),
    ...policies.flatMap((policy, index) => validatePolicy(`${at}.policies[${index}]`, policy)),
    ...(negative ? [invalid(`${at}.tolerance`, tolerance, 'must be greater than or equal to 0')] : []),
  ];
}

/** Of the object that is scaled. */
function targetLeniency({ scaleTargetRef: now }: Spec, old: Spec | undefined): Leniency {
  const before = old?.scaleTargetRef;
  if (before && before.apiVersion === now.apiVersion && before.kind === now.kind) return { anyVersion: true };
  // The one kind of the core group that can be scaled.
  return { coreGroup: now.kind === 'ReplicationController' };
}

/** Of the objects that are measured. */
function metricLeniency(old: Spec | undefined): Leniency {
  const before = (old?.metrics ?? []).flatMap(({ type, object }) => (type === 'Object' && object ? [object] : []));
  const isWrong = (apiVersion = ''): boolean => versionProblem(apiVersion, { coreGroup: true }) !== undefined;
  return { coreGroup: true, anyVersion: before.some(({ describedObject }) => isWrong(describedObject?.apiVersion)) };
}

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, old?: HorizontalPodAutoscaler): FieldError[] {
  const { minReplicas, maxReplicas = 0, scaleTargetRef = { kind: '', name: '' }, behavior } = spec;
  // Scaling to zero has a feature gate, which is off; who does so already may.
  const least = old?.spec.minReplicas === 0 ? 0 : 1;
  return [
    ...(minReplicas !== undefined && minReplicas < least
      ? [invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`)]
      : []),
    ...(maxReplicas < 1 ? [invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0')] : []),
    ...(minReplicas !== undefined && maxReplicas < minReplicas
      ? [invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...validateReference('spec.scaleTargetRef', scaleTargetRef, targetLeniency({ ...spec, scaleTargetRef }, old?.spec)),
    ...validateMetrics(spec, metricLeniency(old?.spec)),
    ...validateRules('spec.behavior.scaleUp', behavior?.scaleUp),
    ...validateRules('spec.behavior.scaleDown', behavior?.scaleDown),
  ];
}

export const validateAutoscalerStatus = ({ status }: HorizontalPodAutoscaler): FieldError[] => [
  ...nonNegative('status.currentReplicas', status?.currentReplicas),
  ...nonNegative('status.desiredReplicas', status?.desiredReplicas),
];
