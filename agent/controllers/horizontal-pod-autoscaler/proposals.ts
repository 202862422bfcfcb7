/**
 * What each metric of an autoscaler asks for, and how it stands.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/horizontal.go
 * (computeReplicasForMetric)
 */
import { messageOf } from '../../api/errors.ts';
import { formatQuantity, quantityMilliValue } from '../../api/quantity.ts';
import type { autoscaling } from '../../api/types.ts';
import { printedSelector } from '../shared/printed-selector.ts';
import type { MetricsClient } from './metrics-client.ts';
import {
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
  type Workload,
} from './replicas.ts';

type Spec = autoscaling.MetricSpec;
type Target = autoscaling.MetricTarget;
type Status = autoscaling.MetricStatus;

export interface Proposal {
  replicas: number;
  /** As conditions and events call the metric. */
  name: string;
  status: Status;
}

/** A metric that could not be had or calculated. The message is of the event and the condition. */
export class MetricFailure extends Error {
  readonly reason: string;
  /** As it stands in the error of the whole autoscaler. */
  readonly told: string;

  constructor(reason: string, message: string, told: string) {
    super(message);
    this.reason = reason;
    this.told = told;
  }
}

export interface Scaled extends Workload {
  namespace: string;
  /** Of the target, as in a query. */
  selector: string;
  /** Replicas that the target has. */
  present: number;
  metrics: MetricsClient;
}

type Resource = NonNullable<Spec['resource']> & { container?: string };

const nanosPerMilli = 1_000_000n;
const amount = (milli: number): string => formatQuantity({ nano: BigInt(milli) * nanosPerMilli, format: 'DecimalSI' });

/** Rejects with what went wrong behind the text. */
async function explained<T>(text: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new Error(`${text}: ${messageOf(error)}`, { cause: error });
  }
}

interface Measured {
  replicas: number;
  name: string;
  current: NonNullable<Status['resource']>['current'];
}

/** Of a whole pod or of one of its containers. */
async function byResource(scaled: Scaled, { name, target, container }: Resource): Promise<Measured> {
  const measure = () =>
    explained(`unable to get metrics for resource ${name}`, () =>
      scaled.metrics.resource(name, scaled.namespace, scaled.selector, container),
    );
  const { averageValue, averageUtilization } = target;
  if (averageValue !== undefined) {
    const { replicas, average } = await explained(`failed to get ${name} usage`, async () =>
      replicasByAverage(scaled, await measure(), { resource: name, target: quantityMilliValue(averageValue) }),
    );
    return { replicas, name: `${name} resource`, current: { averageValue: amount(average) } };
  }
  if (averageUtilization === undefined) {
    throw new Error(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  }
  const { replicas, percent, average } = await explained(`failed to get ${name} utilization`, async () =>
    replicasByUtilization(scaled, await measure(), { resource: name, container, target: averageUtilization }),
  );
  return {
    replicas,
    name: `${name} resource utilization (percentage of request)`,
    current: { averageUtilization: percent, averageValue: amount(average) },
  };
}

async function byPods(scaled: Scaled, { metric, target }: NonNullable<Spec['pods']>): Promise<Measured> {
  const measured = await explained(`unable to get metric ${metric.name}`, () =>
    scaled.metrics.ofPods(metric, scaled.namespace, scaled.selector),
  );
  const { replicas, average } = replicasByAverage(scaled, measured, {
    resource: '',
    target: quantityMilliValue(target.averageValue),
  });
  return { replicas, name: `pods metric ${metric.name}`, current: { averageValue: amount(average) } };
}

interface Names {
  byValue: string;
  byShare: string;
  /** Where the target is neither. */
  invalid: string;
}

/** Of one amount: for all pods, or shared by them. */
function byAmount(scaled: Scaled, used: number, target: Target, names: Names): Measured {
  if (target.averageValue !== undefined) {
    const share = quantityMilliValue(target.averageValue);
    const { replicas, average } = replicasByShare(scaled, scaled.present, used, share);
    return { replicas, name: names.byShare, current: { averageValue: amount(average) } };
  }
  if (target.value === undefined) throw new Error(names.invalid);
  const replicas = replicasByValue(scaled, used, quantityMilliValue(target.value));
  return { replicas, name: names.byValue, current: { value: amount(used) } };
}

const externalName = ({ name, selector }: autoscaling.MetricIdentifier): string =>
  `external metric ${name}(${printedSelector(selector)})`;

async function byObject(scaled: Scaled, source: NonNullable<Spec['object']>): Promise<Measured> {
  const { metric, describedObject, target } = source;
  const { kind, name } = describedObject;
  // Upstream's words have their arguments in this order.
  const text = `unable to get metric ${metric.name}: ${kind} on ${scaled.namespace} ${name}/`;
  const used = await scaled.metrics.ofObject(metric, scaled.namespace, describedObject).catch((error: unknown) => {
    throw new Error(`${text}${messageOf(error)}`, { cause: error });
  });
  return byAmount(scaled, used, target, {
    byValue: `${kind} metric ${metric.name}`,
    byShare: externalName(metric),
    invalid: 'invalid object metric source: neither a value target nor an average value target was set',
  });
}

async function byExternal(scaled: Scaled, { metric, target }: NonNullable<Spec['external']>): Promise<Measured> {
  const { namespace } = scaled;
  const text = `unable to get external metric ${namespace}/${metric.name}/${printedSelector(metric.selector)}`;
  const used = await explained(text, () => scaled.metrics.external(metric, namespace));
  return byAmount(scaled, used, target, {
    byValue: externalName(metric),
    byShare: externalName(metric),
    invalid: 'invalid external metric source: neither a value target nor an average value target was set',
  });
}

/** How one type of metric is evaluated; undefined where the metric has no source of the type. */
interface Source {
  reason: string;
  /** Before what went wrong, in the error of the whole autoscaler. */
  told(spec: Spec): string;
  propose(scaled: Scaled, spec: Spec): Promise<Proposal> | undefined;
}

const proposal = async (type: string, measured: Promise<Measured>, part: (current: Measured['current']) => object) => {
  const { replicas, name, current } = await measured;
  return { replicas, name, status: { type, ...part(current) } };
};

const sources: Readonly<Record<string, Source>> = {
  Resource: {
    reason: 'FailedGetResourceMetric',
    told: ({ resource }) => `failed to get ${resource?.name} resource metric value`,
    propose: (scaled, { type, resource }) =>
      resource &&
      proposal(type, byResource(scaled, resource), (current) => ({ resource: { name: resource.name, current } })),
  },
  ContainerResource: {
    reason: 'FailedGetContainerResourceMetric',
    told: ({ containerResource }) => `failed to get ${containerResource?.container} container metric value`,
    propose: (scaled, { type, containerResource: source }) =>
      source &&
      proposal(type, byResource(scaled, source), (current) => ({
        containerResource: { name: source.name, container: source.container, current },
      })),
  },
  Pods: {
    reason: 'FailedGetPodsMetric',
    told: () => 'failed to get pods metric value',
    propose: (scaled, { type, pods }) =>
      pods && proposal(type, byPods(scaled, pods), (current) => ({ pods: { metric: pods.metric, current } })),
  },
  Object: {
    reason: 'FailedGetObjectMetric',
    told: () => 'failed to get object metric value',
    propose: (scaled, { type, object }) =>
      object &&
      proposal(type, byObject(scaled, object), (current) => ({
        object: { describedObject: object.describedObject, metric: object.metric, current },
      })),
  },
  External: {
    reason: 'FailedGetExternalMetric',
    told: ({ external }) => `failed to get ${external?.metric.name} external metric value`,
    propose: (scaled, { type, external }) =>
      external &&
      proposal(type, byExternal(scaled, external), (current) => ({ external: { metric: external.metric, current } })),
  },
};

/** Rejects with `MetricFailure`. */
export async function propose(scaled: Scaled, spec: Spec): Promise<Proposal> {
  const source = sources[spec.type];
  const unknown = `unknown metric source type ${JSON.stringify(spec.type)}`;
  if (!source) throw new MetricFailure('InvalidMetricSourceType', unknown, unknown);
  try {
    const proposed = source.propose(scaled, spec);
    if (!proposed) throw new Error(unknown);
    return await proposed;
  } catch (error) {
    const message = messageOf(error);
    throw new MetricFailure(source.reason, message, `${source.told(spec)}: ${message}`);
  }
}
