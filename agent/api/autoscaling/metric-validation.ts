/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/validation/validation.go
 * (validateMetrics)
 */
import { forbidden, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkPathSegment } from '../names.ts';
import { tryParseQuantity } from '../quantity.ts';
import type { autoscaling } from '../types.ts';
import { validateContainerResource } from '../validation/resources.ts';
import { type Leniency, validateReference } from './references.ts';

type Metric = autoscaling.MetricSpec;
type Target = autoscaling.MetricTarget;

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

export function validateMetrics(
  { metrics = [], minReplicas }: autoscaling.HorizontalPodAutoscalerSpec,
  leniency: Leniency,
): FieldError[] {
  const errors = metrics.flatMap((metric, index) => validateMetric(`spec.metrics[${index}]`, metric, leniency));
  const independent = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (minReplicas !== 0 || independent) return errors;
  const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
  return [...errors, forbidden('spec.metrics', detail)];
}
