/**
 * `autoscaling/v1`, which knows no metric but the use of CPU: all others, the behavior and the conditions are in
 * annotations there, so that nothing is lost on the way. `autoscaling/v2beta1` had the old form of the metrics.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/v1/conversion.go
 */
import { isObject, type JsonObject } from '../json/value.ts';
import { own } from '../own.ts';
import type { AnyObject, autoscaling } from '../types.ts';
import { type Behavior, readBehavior, writeBehavior } from './behavior-annotation.ts';
import { metricStatusesFromOld, metricStatusesToOld, metricsFromOld, metricsToOld } from './metric-versions.ts';

type Spec = autoscaling.MetricSpec;
type Status = autoscaling.MetricStatus;

const prefix = 'autoscaling.alpha.kubernetes.io/';
const names = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  behavior: `${prefix}behavior`,
  conditions: `${prefix}conditions`,
} as const;

const annotationNames = new Set<string>(Object.values(names));

/** The metadata with these annotations in place of those that the object may have by the same names. */
function withAnnotations({ metadata }: AnyObject, added: Readonly<Record<string, string>>): AnyObject['metadata'] {
  const others = Object.entries(metadata.annotations ?? {}).filter(([name]) => !annotationNames.has(name));
  const { annotations: _annotations, ...rest } = metadata;
  const annotations = { ...Object.fromEntries(others), ...added };
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
}

/** Undefined where there is no such annotation, or it is no JSON. */
function readAnnotation({ metadata }: AnyObject, name: string): unknown {
  const text = own(metadata.annotations, name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

const cpuMetric = (averageUtilization: unknown): JsonObject => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const cpuStatus = (averageUtilization: unknown): JsonObject => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
});

function specToHub(object: AnyObject): JsonObject {
  const { targetCPUUtilizationPercentage: utilization, ...spec } = object.spec ?? {};
  const others = metricsFromOld(readAnnotation(object, names.metrics)) ?? [];
  const metrics = [...others, ...(utilization === undefined ? [] : [cpuMetric(utilization)])];
  const behavior = readBehavior(readAnnotation(object, names.behavior));
  return { ...spec, ...(metrics.length > 0 ? { metrics } : {}), ...(behavior ? { behavior } : {}) };
}

function statusToHub(object: AnyObject): JsonObject {
  const { currentCPUUtilizationPercentage: utilization, ...status } = object.status ?? {};
  const current = metricStatusesFromOld(readAnnotation(object, names.currentMetrics));
  const currentMetrics = current ?? (utilization === undefined ? [] : [cpuStatus(utilization)]);
  const conditions = readAnnotation(object, names.conditions);
  return {
    ...status,
    ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
    ...(Array.isArray(conditions) && conditions.every(isObject) ? { conditions } : {}),
  };
}

export const fromV1 = (object: AnyObject): AnyObject => ({
  ...object,
  metadata: withAnnotations(object, {}),
  spec: specToHub(object),
  ...(object.status ? { status: statusToHub(object) } : {}),
});

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? value : []);

const cpuUtilization = ({ type, resource }: Spec): number | undefined =>
  type === 'Resource' && resource?.name === 'cpu' ? resource.target?.averageUtilization : undefined;

const currentUtilization = ({ type, resource }: Status): number | undefined =>
  type === 'Resource' && resource?.name === 'cpu' ? resource.current?.averageUtilization : undefined;

const isNumber = (value: number | undefined): value is number => value !== undefined;

export function toV1(object: AnyObject): AnyObject {
  const { metrics, behavior, ...spec } = object.spec ?? {};
  const { currentMetrics, conditions, ...status } = object.status ?? {};
  const [wanted, current] = [listOf<Spec>(metrics), listOf<Status>(currentMetrics)];
  const others = wanted.filter((metric) => cpuUtilization(metric) === undefined);
  const target = wanted.map(cpuUtilization).find(isNumber);
  const used = current.map(currentUtilization).findLast(isNumber);
  const metadata = withAnnotations(object, {
    ...(others.length > 0 ? { [names.metrics]: JSON.stringify(metricsToOld(others)) } : {}),
    ...(current.length > 0 ? { [names.currentMetrics]: JSON.stringify(metricStatusesToOld(current)) } : {}),
    ...(isObject(behavior) ? { [names.behavior]: writeBehavior(behavior as Behavior) } : {}),
    ...(listOf(conditions).length > 0 ? { [names.conditions]: JSON.stringify(conditions) } : {}),
  });
  return {
    ...object,
    metadata,
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    ...(object.status
      ? {
          status: {
            currentReplicas: 0,
            desiredReplicas: 0,
            ...status,
            ...(used === undefined ? {} : { currentCPUUtilizationPercentage: used }),
          },
        }
      : {}),
  };
}

export function fromV2beta1(object: AnyObject): AnyObject {
  const { spec = {}, status } = object;
  const metrics = metricsFromOld(spec.metrics);
  const behavior = readBehavior(readAnnotation(object, names.behavior));
  const currentMetrics = metricStatusesFromOld(status?.currentMetrics);
  return {
    ...object,
    metadata: withAnnotations(object, {}),
    spec: { ...spec, ...(metrics ? { metrics } : {}), ...(behavior ? { behavior } : {}) },
    ...(status ? { status: { ...status, ...(currentMetrics ? { currentMetrics } : {}) } } : {}),
  };
}

export function toV2beta1(object: AnyObject): AnyObject {
  const { behavior, ...spec } = object.spec ?? {};
  const { status } = object;
  const added: Record<string, string> = isObject(behavior)
    ? { [names.behavior]: writeBehavior(behavior as Behavior) }
    : {};
  const currentMetrics = metricStatusesToOld(listOf<Status>(status?.currentMetrics));
  return {
    ...object,
    metadata: withAnnotations(object, added),
    spec: { ...spec, metrics: metricsToOld(listOf<Spec>(spec.metrics)) },
    ...(status ? { status: { ...status, currentMetrics } } : {}),
  };
}
