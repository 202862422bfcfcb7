/**
 * Metrics as `autoscaling/v1` keeps them in annotations and `autoscaling/v2beta1` had them, and as `autoscaling/v2`
 * does.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/v1/conversion.go
 */
import { isObject, type JsonObject } from '../json/value.ts';
import { formatQuantity, tryParseQuantity } from '../quantity.ts';
import type { autoscaling } from '../types.ts';

type Spec = autoscaling.MetricSpec;
type Status = autoscaling.MetricStatus;

/** Which of the old fields is which part of the new metric. A `plain` amount is a zero where nobody set it. */
interface Source {
  /** The metric's own name, or that of the resource. */
  name: 'name' | 'metricName';
  selector?: 'selector' | 'metricSelector';
  container?: 'container';
  object?: 'target';
  spec: Amounts;
  status: Amounts;
}

interface Amounts {
  averageUtilization?: string;
  averageValue?: string;
  value?: string;
  plain?: 'value' | 'averageValue';
}

const resource: Pick<Source, 'spec' | 'status'> = {
  spec: { averageUtilization: 'targetAverageUtilization', averageValue: 'targetAverageValue' },
  status: {
    averageUtilization: 'currentAverageUtilization',
    averageValue: 'currentAverageValue',
    plain: 'averageValue',
  },
};

const sources: Readonly<Record<string, Source>> = {
  object: {
    name: 'metricName',
    selector: 'selector',
    object: 'target',
    spec: { value: 'targetValue', averageValue: 'averageValue', plain: 'value' },
    status: { value: 'currentValue', averageValue: 'averageValue', plain: 'value' },
  },
  pods: {
    name: 'metricName',
    selector: 'selector',
    spec: { averageValue: 'targetAverageValue', plain: 'averageValue' },
    status: { averageValue: 'currentAverageValue', plain: 'averageValue' },
  },
  resource: { name: 'name', ...resource },
  containerResource: { name: 'name', container: 'container', ...resource },
  external: {
    name: 'metricName',
    selector: 'metricSelector',
    spec: { value: 'targetValue', averageValue: 'targetAverageValue' },
    status: { value: 'currentValue', averageValue: 'currentAverageValue', plain: 'value' },
  },
};

const amountNames = ['averageUtilization', 'averageValue', 'value'] as const;

const given = (fields: Readonly<Record<string, unknown>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The type of a target follows from what it says. */
function targetType(source: string, { averageUtilization, averageValue, value }: JsonObject): string {
  if (source === 'resource' || source === 'containerResource') {
    return averageUtilization === undefined ? 'AverageValue' : 'Utilization';
  }
  if (source === 'external') return value === undefined ? 'AverageValue' : 'Value';
  return averageValue === undefined ? 'Value' : 'AverageValue';
}

class Unreadable extends Error {}

const refuse = (): never => {
  throw new Unreadable();
};

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null || typeof value === 'string' ? (value ?? undefined) : refuse();

const objectOf = (value: unknown): JsonObject | undefined =>
  value === undefined || value === null || isObject(value) ? (value ?? undefined) : refuse();

function amountOf(name: (typeof amountNames)[number], value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (name === 'averageUtilization') return Number.isInteger(value) ? value : refuse();
  if (typeof value !== 'string' && typeof value !== 'number') return refuse();
  const quantity = tryParseQuantity(value);
  return quantity ? formatQuantity(quantity) : refuse();
}

/** What the old fields say. A zero that only stands for nothing goes where something else was said. */
function readAmounts(old: JsonObject, fields: Amounts): JsonObject {
  const amounts = given(
    Object.fromEntries(amountNames.map((name) => [name, fields[name] && amountOf(name, old[fields[name]])])),
  );
  const { plain } = fields;
  if (!plain) return amounts;
  const others = Object.keys(amounts).some((name) => name !== plain);
  if (amounts[plain] === undefined && !others) amounts[plain] = '0';
  if (amounts[plain] === '0' && others) delete amounts[plain];
  return amounts;
}

function readMetric(kind: 'spec' | 'status', metric: unknown): JsonObject {
  if (!isObject(metric)) return refuse();
  const result: JsonObject = { type: textOf(metric.type) ?? '' };
  for (const [source, fields] of Object.entries(sources)) {
    const old = objectOf(metric[source]);
    if (!old) continue;
    const { selector, container, object } = fields;
    const name = textOf(old[fields.name]) ?? '';
    const amounts = readAmounts(old, fields[kind]);
    result[source] = given({
      ...(fields.name === 'name'
        ? { name }
        : { metric: given({ name, selector: selector && objectOf(old[selector]) }) }),
      container: container && (textOf(old[container]) ?? ''),
      describedObject: object && (objectOf(old[object]) ?? {}),
      ...(kind === 'spec' ? { target: { type: targetType(source, amounts), ...amounts } } : { current: amounts }),
    });
  }
  return result;
}

/** Metrics in the new form; undefined where they are not what the old one allows. */
function readMetrics(kind: 'spec' | 'status', metrics: unknown): JsonObject[] | undefined {
  if (!Array.isArray(metrics)) return undefined;
  try {
    return metrics.map((metric) => readMetric(kind, metric));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return undefined;
  }
}

export const metricsFromOld = (metrics: unknown): Spec[] | undefined =>
  readMetrics('spec', metrics) as Spec[] | undefined;
export const metricStatusesFromOld = (metrics: unknown): Status[] | undefined =>
  readMetrics('status', metrics) as Status[] | undefined;

function writeMetric(kind: 'spec' | 'status', metric: JsonObject): JsonObject {
  const result: JsonObject = { type: metric.type };
  for (const [source, fields] of Object.entries(sources)) {
    const now = objectOf(metric[source]);
    if (!now) continue;
    const identifier = objectOf(now.metric);
    const amounts = objectOf(kind === 'spec' ? now.target : now.current) ?? {};
    const { plain, ...names } = fields[kind];
    result[source] = given({
      ...(fields.object ? { [fields.object]: now.describedObject } : {}),
      [fields.name]: fields.name === 'name' ? now.name : identifier?.name,
      ...(fields.container ? { [fields.container]: now.container } : {}),
      ...Object.fromEntries(
        amountNames.flatMap((name) => {
          const field = names[name];
          return field ? [[field, amounts[name] ?? (name === plain ? '0' : undefined)]] : [];
        }),
      ),
      ...(fields.selector ? { [fields.selector]: identifier?.selector } : {}),
    });
  }
  return result;
}

export const metricsToOld = (metrics: readonly Spec[]): JsonObject[] =>
  metrics.map((metric) => writeMetric('spec', { ...metric }));
export const metricStatusesToOld = (metrics: readonly Status[]): JsonObject[] =>
  metrics.map((metric) => writeMetric('status', { ...metric }));
